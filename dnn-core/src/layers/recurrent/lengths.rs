//! The lengths of a recurrent layer, and where everything lies in its workspace.

use crate::workspace::{Extent, Place};

/// The lengths of a layer, and what follows for its workspace.
#[derive(Clone, Copy)]
pub(crate) struct Lengths {
    /// S
    pub(crate) steps: usize,
    /// I
    pub(crate) inputs: usize,
    /// H
    pub(crate) units: usize,
    /// G
    pub(crate) gates: usize,
    /// D
    pub(crate) directions: usize,
    /// M, the layers on top of the first one
    pub(crate) rest: usize,
    /// `Cell::MEMORY`
    pub(crate) memory: bool,
    /// `Cell::EXTRA`
    pub(crate) extra: bool,
}

impl Lengths {
    /// [S, W]: the states of a layer that another one reads.
    const fn sequence(self) -> usize {
        self.steps * self.directions * self.units
    }

    /// Sequences between the layers: all of them are kept in training, and two at most are alive in inference.
    const fn between(self, train: bool) -> usize {
        if train || self.rest < 2 { self.rest } else { 2 }
    }

    /// Sequences of gradients between the layers.
    const fn gradients(self) -> usize {
        if self.rest < 2 { self.rest } else { 2 }
    }

    /// h, and c if there is one
    const fn states(self) -> usize {
        self.units * if self.memory { 2 } else { 1 }
    }

    /// What training keeps of one direction of one layer: gates [S, G, H], h and c before each step, and the extra [S, H].
    const fn kept(self) -> usize {
        let extra = if self.extra { self.units } else { 0 };
        self.steps * (self.gates * self.units + self.states() + extra)
    }

    /// u [G, H] and the states; in inference also a [G, H] and the inputs of the step.
    const fn scratch(self, train: bool) -> usize {
        let (gates, width) = (self.gates * self.units, self.directions * self.units);
        let widest = if self.rest > 0 && width > self.inputs { width } else { self.inputs };
        self.states() + if train { gates } else { 2 * gates + widest }
    }

    pub(crate) const fn infer(self) -> Extent {
        Extent::new(self.between(false) * self.sequence() + self.scratch(false), 0)
    }

    pub(crate) const fn train(self) -> Extent {
        let sequences = (self.between(true) + self.gradients()) * self.sequence();
        Extent::new(sequences + self.directions * (1 + self.rest) * self.kept() + self.scratch(true), 0)
    }

    pub(crate) const fn macs(self) -> usize {
        let (units, width) = (self.units, self.directions * self.units);
        let weights = self.inputs + units + self.rest * (width + units);
        self.steps * self.directions * self.gates * units * weights
    }

    /// The places of what all layers share: sequences, what is kept, scratch, sequences of gradients.
    pub(super) const fn shared(self, train: bool) -> [Place; 4] {
        let sequences = self.between(train) * self.sequence();
        let kept = if train { self.directions * (1 + self.rest) * self.kept() } else { 0 };
        let (scratch, gradients) = (self.scratch(train), if train { self.gradients() * self.sequence() } else { 0 });
        [
            Place::new(0, sequences),
            Place::new(sequences, kept),
            Place::new(sequences + kept, scratch),
            Place::new(sequences + kept + scratch, gradients),
        ]
    }

    /// The place of a sequence.
    pub(super) const fn at(self, sequence: usize) -> Place {
        Place::new(sequence * self.sequence(), self.sequence())
    }

    /// The places of gates, h before, c before and the extra of direction `d` of a layer.
    pub(super) const fn cell(self, layer: usize, d: usize) -> [Place; 4] {
        let start = (layer * self.directions + d) * self.kept();
        let (gates, h) = (self.steps * self.gates * self.units, self.steps * self.units);
        let (c, extra) = (if self.memory { h } else { 0 }, if self.extra { h } else { 0 });
        [
            Place::new(start, gates),
            Place::new(start + gates, h),
            Place::new(start + gates + h, c),
            Place::new(start + gates + h + c, extra),
        ]
    }

    /// The places of u, h, c, a and the inputs of the step in the scratch.
    pub(super) const fn steps(self, train: bool, inputs: usize) -> [Place; 5] {
        let (gates, h) = (self.gates * self.units, self.units);
        let c = if self.memory { h } else { 0 };
        let (a, inputs) = if train { (0, 0) } else { (gates, inputs) };
        [
            Place::new(0, gates),
            Place::new(gates, h),
            Place::new(gates + h, c),
            Place::new(gates + h + c, a),
            Place::new(gates + h + c + a, inputs),
        ]
    }
}
