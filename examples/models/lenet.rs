//! LeNet-5: handwritten digits, 61,706 parameters.

use dnn::prelude::*;

network! {
    /// LeNet-5 on 28 x 28 grey images (Y. LeCun et al., "Gradient-based learning applied to document recognition", 1998), with
    /// rectifiers and largest elements for the sigmoids and means of its time.
    pub struct LeNet<T>: [1, 28, 28] -> [10] {
        conv1: Conv2d<1, 6, 5, padding = 2>,
        Relu,
        MaxPool2d<2>,
        conv2: Conv2d<6, 16, 5>,
        Relu,
        MaxPool2d<2>,
        Flatten,
        fc1: Linear<400, 120>,
        Relu,
        fc2: Linear<120, 84>,
        Relu,
        fc3: Linear<84, 10>,
    }
}
