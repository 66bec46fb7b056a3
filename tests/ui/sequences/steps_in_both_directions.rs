use dnn::prelude::*;

network! {
    pub struct Net: [16, 3] -> [16, 8] {
        gru: Gru<3, 4, bidirectional = true>,
    }
}

fn main() {
    let net = Net::zeros();
    net.gru.step(&[0.0; 3], &mut GruState::default());
}
