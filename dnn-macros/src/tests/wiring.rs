//! Random wired networks expand without a message, and their memory plans are sound.

use super::chains::Random;
use super::graphs::Graph;
use super::{block, messages};

#[test]
fn random_wired_networks_expand() {
    for seed in 0..60 {
        let graph = Graph::random(true, &mut Random::new(seed));
        if !graph.is_whole() {
            continue;
        }
        let text = graph.declaration("Net", ["", "<f64>", "<T>"][seed as usize % 3]);
        let expansion = crate::network(block(&text));
        assert_eq!(messages(expansion.clone()), Vec::<String>::new(), "{text}");
        assert!(syn::parse2::<syn::File>(expansion).is_ok(), "{text}");
    }
}
