//! Attributes on networks, documentation on layers.
#![deny(warnings, missing_docs)]
#![forbid(unsafe_code)]

use dnn::prelude::*;

network! {
    /// A table
    ///
    /// follows this.
    #[derive(Clone, Debug, PartialEq)]
    #[cfg_attr(all(), must_use)]
    #[allow(clippy::large_enum_variant)]
    pub struct Net: [2] -> [1] {
        /// The *only* layer with parameters.
        ///
        /// In two paragraphs.
        fc: Linear<2, 1>,
        /// Documentation of what has no field is read and dropped.
        Relu,
    }

    #[doc(hidden)]
    #[non_exhaustive]
    #[derive(Clone)]
    pub struct Hidden: [1] -> [1] {
        fc: Linear<1, 1>
    }
}

fn main() {
    let net = Net::init(&mut Rng::new(1));
    assert_eq!(net, net.clone());
    assert!(format!("{net:?}").starts_with("Net { fc: Linear { weight: [["));
    assert_eq!(Hidden::zeros().clone().predict(&[1.0]), [0.0]);
}
