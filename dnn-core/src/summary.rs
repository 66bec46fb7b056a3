//! The table of a network's layers.

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
}

/// A network's layers and totals; it prints as a table.
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
}

struct Shape(&'static [usize]);

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Line::default();
        use fmt::Write;
        text.write_str("[")?;
        for (i, n) in self.0.iter().enumerate() {
            write!(text, "{}{n}", if i > 0 { ", " } else { "" })?;
        }
        text.write_str("]")?;
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
        )
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;
    use std::string::ToString;

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
            },
            LayerInfo { name: "", kind: "Relu", input: &[3], output: &[3], parameters: 0, frozen: false, macs: 0 },
        ];
        let summary = Summary {
            name: "Small",
            layers: LAYERS,
            parameters: 15,
            macs: 12,
            parameter_bytes: 60,
            inference_bytes: 12,
            training_bytes: 24,
        };
        let text = summary.to_string();
        assert!(text.contains("fc1    Linear<4, 3>"), "{text}");
        assert!(text.contains("[4]             [3]          15            12  frozen\n"), "{text}");
        assert!(text.ends_with("memory: 12 bytes to predict one sample, 24 bytes a sample to train"), "{text}");
    }
}
