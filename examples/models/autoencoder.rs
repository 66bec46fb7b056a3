//! An autoencoder that finds anomalies in the sound of a machine: 269,992 parameters with the running statistics; the
//! anomaly detection of MLPerf Tiny.

use dnn::prelude::*;

network! {
    /// Five frames of 128 bands of a spectrum to what they should be: what differs much is an anomaly (the baseline of DCASE
    /// 2020, task 2; C. Banbury et al., "MLPerf Tiny Benchmark", 2021).
    #[derive(Clone, Debug)]
    pub struct Autoencoder<T>: [640] -> [640] {
        fc1: Linear<640, 128>,
        norm1: BatchNorm1d<128>(eps = 1e-3, momentum = 0.01),
        Relu,
        fc2: Linear<128, 128>,
        norm2: BatchNorm1d<128>(eps = 1e-3, momentum = 0.01),
        Relu,
        fc3: Linear<128, 128>,
        norm3: BatchNorm1d<128>(eps = 1e-3, momentum = 0.01),
        Relu,
        fc4: Linear<128, 128>,
        norm4: BatchNorm1d<128>(eps = 1e-3, momentum = 0.01),
        Relu,
        fc5: Linear<128, 8>,
        norm5: BatchNorm1d<8>(eps = 1e-3, momentum = 0.01),
        Relu,
        fc6: Linear<8, 128>,
        norm6: BatchNorm1d<128>(eps = 1e-3, momentum = 0.01),
        Relu,
        fc7: Linear<128, 128>,
        norm7: BatchNorm1d<128>(eps = 1e-3, momentum = 0.01),
        Relu,
        fc8: Linear<128, 128>,
        norm8: BatchNorm1d<128>(eps = 1e-3, momentum = 0.01),
        Relu,
        fc9: Linear<128, 128>,
        norm9: BatchNorm1d<128>(eps = 1e-3, momentum = 0.01),
        Relu,
        fc10: Linear<128, 640>,
    }

    /// The same for a device: the normalisations are in the products.
    #[derive(Clone, Debug)]
    pub struct Folded<T>: [640] -> [640] {
        fc1: Linear<640, 128>,
        Relu,
        fc2: Linear<128, 128>,
        Relu,
        fc3: Linear<128, 128>,
        Relu,
        fc4: Linear<128, 128>,
        Relu,
        fc5: Linear<128, 8>,
        Relu,
        fc6: Linear<8, 128>,
        Relu,
        fc7: Linear<128, 128>,
        Relu,
        fc8: Linear<128, 128>,
        Relu,
        fc9: Linear<128, 128>,
        Relu,
        fc10: Linear<128, 640>,
    }
}

impl<T: Scalar> From<&Autoencoder<T>> for Box<Folded<T>> {
    fn from(net: &Autoencoder<T>) -> Box<Folded<T>> {
        let mut folded: Box<Folded<T>> = dnn::boxed_zeros();
        folded.fc1 = net.fc1.folded(&net.norm1);
        folded.fc2 = net.fc2.folded(&net.norm2);
        folded.fc3 = net.fc3.folded(&net.norm3);
        folded.fc4 = net.fc4.folded(&net.norm4);
        folded.fc5 = net.fc5.folded(&net.norm5);
        folded.fc6 = net.fc6.folded(&net.norm6);
        folded.fc7 = net.fc7.folded(&net.norm7);
        folded.fc8 = net.fc8.folded(&net.norm8);
        folded.fc9 = net.fc9.folded(&net.norm9);
        folded.fc10 = net.fc10.clone();
        folded
    }
}
