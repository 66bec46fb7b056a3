use dnn::prelude::*;

network! {
    #[frozen]
    pub struct Net: [2] -> [1] {
        fc: Linear<2, 1>,
    }

    #[recompute]
    /// With documentation.
    pub struct Other: [2] -> [1] {
        net: Net,
    }
}

fn main() {
    Net::zeros().predict(&[0.0; 2]);
}
