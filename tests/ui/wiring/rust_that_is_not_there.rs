use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [4] {
        fc: Linear<4, 4>,

        fn forward(x) {
            let a = self.fc(x);
            let b = x.relu();
            let mut c = fc(x);
            let d: f32 = fc(&x);
            let e = fc(x) / d;
            return d;
        }
    }
}

fn main() {}
