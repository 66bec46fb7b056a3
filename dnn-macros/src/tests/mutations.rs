//! Wrong networks do not compile and say why: random valid ones expand, and with one number broken each is rejected.

use super::chains::{Chain, Random};
use super::{block, messages};

const NETWORKS: u64 = 200;

#[test]
fn a_random_network_expands_and_with_one_number_broken_it_is_rejected_with_both_numbers() {
    for seed in 0..NETWORKS {
        let mut random = Random::new(seed);
        let chain = Chain::random(&mut random);
        let text = chain.text();
        assert_eq!(messages(crate::network(block(&text))), Vec::<String>::new(), "{text}");
        assert!(chain.disagreement().is_none(), "{text}");

        let broken = chain.broken(&mut random);
        let (text, why) = (broken.text(), broken.disagreement().expect("a network that is wrong"));
        let messages = messages(crate::network(block(&text)));
        let names_it = |message: &String| {
            message.contains(&format!("`{}`", why.layer))
                && message.contains(&why.takes)
                && message.contains(&why.gives)
        };
        assert_eq!(messages.len(), 1, "one mistake, one message\n{text}{messages:#?}");
        assert!(messages.iter().any(names_it), "{text}{why:?}\n{messages:#?}");
        assert!(
            messages.iter().all(|message| message.contains(": write ") || message.contains(": put ")),
            "{messages:#?}"
        );
    }
}
