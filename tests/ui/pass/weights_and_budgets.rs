//! Weights in the program and budgets that are met, under the strictest caller; in a function, and under conditions.
#![deny(warnings, missing_docs)]
#![forbid(unsafe_code)]

use dnn::prelude::*;

network! {
    /// A network with a file.
    #[derive(Clone, Debug, PartialEq)]
    #[weights("../weights/right.safetensors")]
    #[budget(parameters = 92 B, inference = 12 B, macs = 18)]
    pub struct Net: [4] -> [2] {
        fc1: Linear<4, 3>,
        Relu,
        fc2: Linear<3, 2>,
    }

    const LIMIT: usize = 1;

    /// A path that a macro makes.
    #[cfg_attr(all(), budget(inference = (LIMIT + 1) KB, parameters = 1MB, macs = 1 k))]
    #[cfg_attr(all(), weights(concat!("../weights/", "right", ".safetensors")), derive(Debug, Clone))]
    #[cfg_attr(any(), budget(macs = 1), weights("../weights/of_another_world.safetensors"))]
    pub struct Made: [4] -> [2] {
        fc1: Linear<4, 3>,
        fc2: Linear<3, 2>,
    }

    /// A file that is there in another world.
    #[cfg_attr(any(), weights("../weights/of_another_world.safetensors"))]
    pub struct Bare: [4] -> [2] {
        fc: Linear<4, 2>,
    }
}

budget!(Memory<Net, Adam, 8>, ram = 696 B);
dnn::budget!(Memory<Net, dnn::Sgd, { 2 + 2 }>, ram = 1 KiB);

static NET: &Net = Net::WEIGHTS;
static NETS: [&Net; 2] = [NET, Net::WEIGHTS];
const BIAS: f32 = Net::WEIGHTS.fc2.bias[1];

fn main() {
    network! {
        #[weights("../weights/right.safetensors")]
        #[derive(Debug)]
        struct Inner: [4] -> [2] {
            fc1: Linear<4, 3>,
            Relu,
            fc2: Linear<3, 2>,
        }
    }
    budget!(Memory<Inner, Sgd, 1>, ram = 1 KB);
    // The numbers of each tensor are 0, 1, 2, ...
    assert_eq!(Net::WEIGHTS.fc1.weight, [[0.0, 1.0, 2.0, 3.0], [4.0, 5.0, 6.0, 7.0], [8.0, 9.0, 10.0, 11.0]]);
    assert_eq!((NETS[1].fc1.bias, NETS[0].fc2.weight, BIAS), ([0.0, 1.0, 2.0], [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]], 1.0));
    assert!(std::ptr::eq(NET, Net::WEIGHTS) && std::ptr::eq(NETS[0], NETS[1]));
    assert_eq!(Inner::WEIGHTS.flat(), Net::WEIGHTS.flat());
    assert_eq!(Inner::WEIGHTS.flat(), Made::WEIGHTS.flat());
    assert_eq!(Bare::zeros().flat().len(), 10);
    let y = Net::WEIGHTS.predict(&[1.0; 4]);
    assert_eq!(y, [6.0 * 0.0 + 23.0 * 1.0 + 40.0 * 2.0, 6.0 * 3.0 + 23.0 * 4.0 + 40.0 * 5.0 + 1.0]);
    assert_eq!(Inner::WEIGHTS.predict(&[1.0; 4]), y);
}
