//! A network of 100 MB on a stack of 2 MB, in a debug build too.

#[allow(unreachable_pub)]
#[path = "networks/single.rs"]
mod single;

use dnn_core::{Memory, Momentum, Mse, Sgd, Trainer, boxed_zeros};
use single::Single;

type Large = Single<5000, 5000>; // 25,005,000 parameters

const STACK: usize = 2 << 20;

fn on_a_small_stack(run: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(STACK).spawn(run).unwrap().join().unwrap();
}

#[test]
fn a_large_network_is_made_trained_and_dropped() {
    on_a_small_stack(|| {
        let mut network = boxed_zeros::<Large>();
        network.fc.bias[7] = 1.0;
        let mut trainer = Trainer::new(network, Mse, Sgd::new(1.0).momentum(0.9));
        let x = vec![[1.0; 5000]; 1];
        let targets = vec![[0.0; 5000]; 1];
        assert_eq!(trainer.step(&x, &targets), 1.0 / 5000.0);
        assert_eq!(trainer.evaluate(&x, &targets).accuracy, None);
        let network = trainer.into_network();
        assert!(network.fc.bias[7] < 1.0);
    });
}

#[test]
fn a_large_memory_lies_in_a_static() {
    type Half = Single<3000, 2000>;
    static mut MEMORY: Memory<Half, Sgd<Momentum>, 1> = Memory::new();
    on_a_small_stack(|| {
        // SAFETY: this test alone names the static, once.
        let memory = unsafe { (&raw mut MEMORY).as_mut().unwrap() };
        memory.network_mut().fc.bias[7] = 1.0;
        let mut trainer = Trainer::within(memory, Mse, Sgd::new(1.0).momentum(0.9));
        let x = vec![[1.0; 3000]; 1];
        let targets = vec![[0.0; 2000]; 1];
        assert_eq!(trainer.step(&x, &targets), 1.0 / 2000.0);
    });
}
