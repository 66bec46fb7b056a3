//! The seals of budgets: what a network or a memory takes, compared with its limit at compile time.

use crate::check::Text;
use crate::network::{Network, Output};
use crate::optim::Optimizer;
use crate::summary::LayerInfo;
use crate::train::Memory;

/// So many layers or buffers are named.
const LARGEST: usize = 3;

/// What a network takes of something stays within its limit. The words stand before and behind the number, and behind it
/// once more as the unit of a limit; the macro says the same where it knows all numbers itself.
#[track_caller]
pub const fn within(words: [&str; 3], total: usize, limit: u64, parts: &[(&str, usize)]) {
    let [before, behind, unit] = words;
    if total as u64 > limit {
        let text = Text::new().text(before).number(total).text(behind).text(", but the budget is ").digits(limit, 10);
        let text = largest(text.text(" ("), "", Parts::Named(parts), LARGEST);
        text.text("): make a layer smaller, or write ").number(total).text(unit).panic();
    }
}

/// The bytes of a memory.
pub struct Use {
    total: usize,
    sample: usize, // that one sample more takes
    samples: usize,
    alignment: usize,
    roles: [(&'static str, usize); 5],
    layers: &'static [LayerInfo],
    scalar: usize, // bytes of a parameter
}

/// A [`Memory`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a memory to train in",
    label = "expected a memory, such as `Memory<Net, Adam, 8>`"
)]
pub trait Training {
    /// What takes its bytes.
    const USE: Use;
}

#[diagnostic::do_not_recommend]
impl<N: Network, O: Optimizer<N>, const B: usize> Training for Memory<N, O, B> {
    const USE: Use = Use {
        total: size_of::<Self>(),
        sample: size_of::<N::Record>() + 2 * size_of::<Output<N>>(),
        samples: B,
        alignment: align_of::<Self>(),
        roles: [
            ("weights", size_of::<N>()),
            ("gradient", size_of::<N::Gradient>()),
            ("optimiser", size_of::<O::State>()),
            ("workspace", size_of::<N::Record>() * B + size_of::<N::Shared>()),
            ("outputs", size_of::<Output<N>>() * B * 2),
        ],
        layers: N::LAYERS,
        scalar: size_of::<N::Scalar>(),
    };
}

/// A memory, which messages call `name`, stays within its limit in bytes.
#[track_caller]
pub const fn ram<M: Training>(name: &str, limit: u64) {
    let Use { total, sample, samples, alignment, roles, layers, scalar } = M::USE;
    if total as u64 <= limit {
        return;
    }
    let text = Text::new().text("`").text(name).text("` takes ").number(total).text(" bytes, but the budget is ");
    let text = largest(text.digits(limit, 10).text(" ("), "", Parts::Named(&roles), roles.len());
    let text = largest(text.text("; of the weights "), "`", Parts::Layers(layers, scalar), LARGEST).text("): ");
    // A memory of fewer samples is shorter by these, and by less than its alignment longer.
    let room = (limit - limit % alignment as u64) as usize;
    let fixed = total - samples * sample;
    let text = match fixed + sample <= room {
        true => text.text("write a capacity of ").number((room - fixed) / sample).text(", or "),
        false => text.text("take a smaller network or optimiser, since one sample is too much, or write "),
    };
    text.number(total).text(" B").panic();
}

/// What takes something, with how much it takes.
#[derive(Clone, Copy)]
enum Parts<'a> {
    Named(&'a [(&'a str, usize)]),
    /// The parameters of layers, and the bytes of each.
    Layers(&'static [LayerInfo], usize),
}

impl<'a> Parts<'a> {
    const fn at(self, i: usize) -> Option<(&'a str, usize)> {
        match self {
            Parts::Named(parts) if i < parts.len() => Some(parts[i]),
            Parts::Layers(layers, bytes) if i < layers.len() => Some((layers[i].name, layers[i].parameters * bytes)),
            _ => None,
        }
    }
}

/// The largest parts, largest first, those of one size in their order, and none that takes nothing.
const fn largest(mut text: Text, quote: &str, parts: Parts<'_>, count: usize) -> Text {
    let (mut shown, mut last) = (0, (usize::MAX, 0)); // the amount and the number of the last one, counted from 1
    while shown < count {
        let (mut next, mut i) = (None, 0);
        while let Some((name, amount)) = parts.at(i) {
            i += 1;
            let is_behind = amount < last.0 || amount == last.0 && i > last.1;
            let is_largest = match next {
                Some((_, largest, _)) => amount > largest,
                None => amount > 0,
            };
            if is_behind && is_largest {
                next = Some((name, amount, i));
            }
        }
        let Some((name, amount, i)) = next else { break };
        text =
            text.text(if shown == 0 { "" } else { ", " }).text(quote).text(name).text(quote).text(" ").number(amount);
        (shown, last) = (shown + 1, (amount, i));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(parts: &[(&str, usize)], count: usize) -> std::string::String {
        largest(Text::new(), "`", Parts::Named(parts), count).as_str().into()
    }

    #[test]
    fn the_largest_parts_come_first_and_those_of_one_size_in_their_order() {
        let parts = [("a", 2), ("b", 5), ("c", 0), ("d", 2), ("e", 5), ("f", 1)];
        assert_eq!(text(&parts, 3), "`b` 5, `e` 5, `a` 2");
        assert_eq!(text(&parts, 9), "`b` 5, `e` 5, `a` 2, `d` 2, `f` 1");
        assert_eq!(text(&[("c", 0)], 3), "");
        assert_eq!(text(&[("x", usize::MAX)], 3), std::format!("`x` {}", usize::MAX));
    }

    #[test]
    #[should_panic(expected = "`Net` has 7 bytes, but the budget is 6 (`fc` 7): make a layer smaller, or write 7 B")]
    fn a_limit_is_the_last_number_that_fits() {
        within(["`Net` has ", " bytes", " B"], 7, 7, &[("`fc`", 7)]);
        within(["`Net` has ", " bytes", " B"], 7, 6, &[("`fc`", 7)]);
    }
}
