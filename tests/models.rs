//! The models of `examples/models`: their published numbers of parameters, what they take in memory, and PyTorch's outputs
//! and gradients from the same weights.

#![cfg(feature = "std")]

#[path = "models/autoencoder.rs"]
mod autoencoder;
#[path = "models/ds_cnn.rs"]
mod ds_cnn;
#[path = "models/golden.rs"]
mod golden;
#[path = "models/lenet.rs"]
mod lenet;
#[path = "models/mobilenet.rs"]
mod mobilenet;
#[path = "models/plan.rs"]
mod plan;
#[path = "models/resnet.rs"]
mod resnet;
