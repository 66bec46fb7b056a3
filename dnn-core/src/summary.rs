//! The table of a network's layers.

use crate::workspace::{Extent, Place};
use core::fmt;

/// One row of the table: what a layer takes, gives and costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerInfo {
    /// The layer's name in the declaration; empty where it has none.
    pub name: &'static str,
    /// Its type with arguments, as declared: `Linear<784, 128>`.
    pub kind: &'static str,
    /// The shape of one sample before it.
    pub input: &'static [usize],
    /// The shape of one sample behind it.
    pub output: &'static [usize],
    /// Its parameters; those of a frozen layer are not trained.
    pub parameters: usize,
    /// Whether it is frozen.
    pub frozen: bool,
    /// Multiply-accumulates for one sample.
    pub macs: usize,
    /// The buffer in which inference puts its output: its own, that of a layer before it where it works in place or leaves
    /// the scalars as they are, `y`, which is the caller's, or an input.
    pub infers_in: &'static str,
    /// The same in training.
    pub trains_in: &'static str,
}

/// A buffer of a memory plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BufferInfo {
    /// The value that it is made for; a layer with a workspace of its own has `_saved` behind its name.
    pub name: &'static str,
    /// Where it lies, in scalars for each sample and once in a batch: buffers that are never live together share scalars.
    pub place: Place,
    /// The first and the last step at which it is live. Steps are the layers in order, from 0, and behind them the steps of
    /// the backward pass.
    pub live: (usize, usize),
}

/// A network's layers and totals; it prints as a table, and with its memory plans by `{:#}`.
///
/// ```text
/// inference       scalars a sample     steps    of
/// conv1                    0..4704    0 to 2    Conv2d<1, 6, 5, padding = 2>, Relu
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The name of the network.
    pub name: &'static str,
    /// Its layers.
    pub layers: &'static [LayerInfo],
    /// All trained parameters.
    pub parameters: usize,
    /// Multiply-accumulates for one sample.
    pub macs: usize,
    /// Bytes of the network: of all its parameters, frozen ones too, and of its buffers.
    pub parameter_bytes: usize,
    /// Bytes of scratch that `predict` takes.
    pub inference_bytes: usize,
    /// Bytes that training keeps for each sample.
    pub training_bytes: usize,
    /// The buffers of inference.
    pub inference: &'static [BufferInfo],
    /// The buffers of training.
    pub training: &'static [BufferInfo],
}

struct Shape(&'static [usize]);

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Line::default();
        text.put(format_args!("["))?;
        for (i, n) in self.0.iter().enumerate() {
            text.put(format_args!("{}{n}", if i > 0 { ", " } else { "" }))?;
        }
        text.put(format_args!("]"))?;
        f.pad(text.as_str())
    }
}

/// A short text on the stack, so that columns can be padded without a heap.
struct Line {
    bytes: [u8; 96],
    len: usize,
}

impl Default for Line {
    fn default() -> Line {
        Line { bytes: [0; 96], len: 0 }
    }
}

impl Line {
    fn put(&mut self, text: fmt::Arguments<'_>) -> fmt::Result {
        fmt::Write::write_fmt(self, text)
    }

    fn as_str(&self) -> &str {
        core::str::from_utf8(self.bytes.get(..self.len).unwrap_or(&[])).unwrap_or("")
    }
}

impl fmt::Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            *self.bytes.get_mut(self.len).ok_or(fmt::Error)? = byte;
            self.len += 1;
        }
        Ok(())
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let longest = |text: fn(&LayerInfo) -> usize, least| self.layers.iter().map(text).fold(least, usize::max);
        let name = longest(|layer| layer.name.len(), 5);
        let kind = longest(|layer| layer.kind.len(), 4);
        writeln!(f, "{}", self.name)?;
        writeln!(
            f,
            "{:name$}  {:kind$}  {:>14}  {:>14}  {:>10}  {:>12}",
            "layer", "type", "input", "output", "parameters", "MACs"
        )?;
        for layer in self.layers {
            let (input, output) = (Shape(layer.input), Shape(layer.output));
            let LayerInfo { parameters, macs, .. } = layer;
            writeln!(
                f,
                "{:name$}  {:kind$}  {input:>14}  {output:>14}  {parameters:>10}  {macs:>12}{}",
                layer.name,
                layer.kind,
                if layer.frozen { "  frozen" } else { "" }
            )?;
        }
        writeln!(
            f,
            "parameters {} ({} bytes), multiply-accumulates {}",
            self.parameters, self.parameter_bytes, self.macs
        )?;
        write!(
            f,
            "memory: {} bytes to predict one sample, {} bytes a sample to train",
            self.inference_bytes, self.training_bytes
        )?;
        if f.alternate() {
            self.plan(f, "inference", self.inference, |layer| layer.infers_in)?;
            self.plan(f, "training", self.training, |layer| layer.trains_in)?;
        }
        Ok(())
    }
}

impl Summary {
    /// A line for each buffer, with the layers whose outputs lie there.
    fn plan(
        &self,
        f: &mut fmt::Formatter<'_>,
        title: &str,
        buffers: &[BufferInfo],
        lies: fn(&LayerInfo) -> &'static str,
    ) -> fmt::Result {
        let name = buffers.iter().map(|buffer| buffer.name.len()).fold(9, usize::max);
        write!(f, "\n\n{title:name$}  {:>20}  {:>12}  of", "scalars a sample", "steps")?;
        for BufferInfo { name: own, place, live } in buffers {
            let (mut range, mut steps) = (Line::default(), Line::default());
            range.put(format_args!("{}", Range(*place)))?;
            steps.put(format_args!("{} to {}", live.0, live.1))?;
            write!(f, "\n{own:name$}  {:>20}  {:>12}  ", range.as_str(), steps.as_str())?;
            let layers = self.layers.iter().filter(|layer| lies(layer) == *own);
            for (number, layer) in layers.enumerate() {
                let word = if layer.name.is_empty() { layer.kind } else { layer.name };
                write!(f, "{}{word}", if number > 0 { ", " } else { "" })?;
            }
        }
        Ok(())
    }
}

/// `0..4704`, and behind it what is there once in a batch.
struct Range(Place);

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { offset, len: Extent { sample, batch } } = self.0;
        write!(f, "{}..{}", offset.sample, offset.sample + sample)?;
        if batch > 0 { write!(f, " + {batch}") } else { Ok(()) }
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;
    use std::format;
    use std::string::ToString;
    use std::vec::Vec;

    #[test]
    fn a_summary_prints_as_a_table() {
        const LAYERS: &[LayerInfo] = &[
            LayerInfo {
                name: "fc1",
                kind: "Linear<4, 3>",
                input: &[4],
                output: &[3],
                parameters: 15,
                frozen: true,
                macs: 12,
                infers_in: "fc1",
                trains_in: "fc1",
            },
            LayerInfo {
                name: "",
                kind: "Relu",
                input: &[3],
                output: &[3],
                parameters: 0,
                frozen: false,
                macs: 0,
                infers_in: "fc1",
                trains_in: "y",
            },
        ];
        const OWN: Place = Place::at(Extent::new(3, 0), Extent::new(0, 5));
        const INFERENCE: &[BufferInfo] = &[BufferInfo { name: "fc1", place: Place::new(0, 3), live: (0, 2) }];
        const TRAINING: &[BufferInfo] = &[
            BufferInfo { name: "fc1", place: Place::new(0, 3), live: (0, 1) },
            BufferInfo { name: "norm_saved", place: OWN, live: (1, 3) },
        ];
        let summary = Summary {
            name: "Small",
            layers: LAYERS,
            parameters: 15,
            macs: 12,
            parameter_bytes: 60,
            inference_bytes: 12,
            training_bytes: 24,
            inference: INFERENCE,
            training: TRAINING,
        };
        let text = summary.to_string();
        assert!(text.contains("fc1    Linear<4, 3>"), "{text}");
        assert!(text.contains("[4]             [3]          15            12  frozen\n"), "{text}");
        assert!(text.ends_with("memory: 12 bytes to predict one sample, 24 bytes a sample to train"), "{text}");
        let plan = format!("{summary:#}");
        let plan: Vec<Vec<&str>> = plan[text.len()..].lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(
            plan[2..4],
            [
                ["inference", "scalars", "a", "sample", "steps", "of"].to_vec(),
                ["fc1", "0..3", "0", "to", "2", "fc1,", "Relu"].to_vec(),
            ]
        );
        assert_eq!(
            plan[6..],
            [
                ["fc1", "0..3", "0", "to", "1", "fc1"].to_vec(),
                ["norm_saved", "3..3", "+", "5", "1", "to", "3"].to_vec(),
            ]
        );
    }
}
