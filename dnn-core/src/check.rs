//! The seals: const functions behind the messages that rustc prints where only the types know a number.
//!
//! A seal is called in a `const _` item, so that `cargo check` runs it; a seal that fails stops the build with decimal
//! numbers at the token whose span the call carries.

/// A text put together at compile time; what does not fit is cut off.
pub(crate) struct Text {
    bytes: [u8; 1024],
    len: usize,
}

impl Text {
    pub(crate) const fn new() -> Text {
        Text { bytes: [0; 1024], len: 0 }
    }

    pub(crate) const fn text(mut self, text: &str) -> Text {
        let bytes = text.as_bytes();
        let mut i = 0;
        while i < bytes.len() {
            self.push(bytes[i]);
            i += 1;
        }
        self
    }

    pub(crate) const fn push(&mut self, byte: u8) {
        if self.len < self.bytes.len() {
            self.bytes[self.len] = byte;
            self.len += 1;
        }
    }

    pub(crate) const fn number(self, number: usize) -> Text {
        self.digits(number as u64, 10)
    }

    /// A number in another base, up to 16.
    pub(crate) const fn digits(mut self, number: u64, base: u64) -> Text {
        let (mut digits, mut rest, mut at) = ([0; 20], number, 20);
        loop {
            at -= 1;
            digits[at] = b"0123456789abcdef"[(rest % base) as usize];
            rest /= base;
            if rest == 0 {
                break;
            }
        }
        while at < digits.len() {
            self.push(digits[at]);
            at += 1;
        }
        self
    }

    pub(crate) const fn shape(self, dims: &[usize]) -> Text {
        let mut text = self.text("[");
        let mut i = 0;
        while i < dims.len() {
            if i > 0 {
                text = text.text(", ");
            }
            text = text.number(dims[i]);
            i += 1;
        }
        text.text("]")
    }

    /// `[sample, batch, sample, batch]`
    const fn extents(self, [infer, train]: [crate::Extent; 2]) -> Text {
        self.shape(&[infer.sample, infer.batch, train.sample, train.batch])
    }

    pub(crate) const fn as_str(&self) -> &str {
        let text = self.bytes.split_at(self.len).0;
        match core::str::from_utf8(text) {
            Ok(text) => text,
            // Cut off within a character.
            Err(error) => match core::str::from_utf8(text.split_at(error.valid_up_to()).0) {
                Ok(text) => text,
                Err(_) => "",
            },
        }
    }

    #[track_caller]
    pub(crate) const fn panic(&self) -> ! {
        panic!("{}", self.as_str())
    }
}

pub(crate) const fn equal(a: &[usize], b: &[usize]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// A layer whose output only its type knows gives the shape that the declaration says.
#[track_caller]
pub const fn output(layer: &str, gives: &[usize], declared: &[usize]) {
    if !equal(gives, declared) {
        let text = Text::new().text("`").text(layer).text("` gives ").shape(gives);
        text.text(", but the declaration says ").shape(declared).text(": write ").shape(gives).panic();
    }
}

/// A layer whose output only its type knows gives what the next one takes; `next` is `` `fc2` takes `` or `the header says`.
#[track_caller]
pub const fn junction(layer: &str, gives: &[usize], next: &str, takes: &[usize]) {
    if !equal(gives, takes) {
        let text = Text::new().text("`").text(layer).text("` gives ").shape(gives).text(", but ").text(next).text(" ");
        text.shape(takes).text(": change one of them").panic();
    }
}

/// A length that the macro computed is the one that this crate's own rule, or typenum's algebra, gives.
#[track_caller]
pub const fn length(layer: &str, computed: usize, proved: usize) {
    if computed != proved {
        let text = Text::new().text("dnn computed the length ").number(computed).text(" for `").text(layer);
        text.text("`, but its proof gives ").number(proved).text(": please report this bug of dnn").panic();
    }
}

/// What a built-in layer keeps for its backward pass is what the macro planned.
#[track_caller]
pub const fn keeps(layer: &str, planned: crate::Keeps, kept: crate::Keeps) {
    if planned as u8 != kept as u8 {
        let text = Text::new().text("the memory plan of `").text(layer);
        text.text("` does not keep what its backward pass reads: please report this bug of dnn").panic();
    }
}

/// What a layer takes as workspace, for inference and for training, is what the macro planned.
#[track_caller]
pub const fn workspace(layer: &str, planned: [crate::Extent; 2], takes: [crate::Extent; 2]) {
    if planned[0].differs(takes[0]) || planned[1].differs(takes[1]) {
        let text = Text::new().text("the memory plan of `").text(layer).text("` gives it ").extents(planned);
        let text = text.text(" scalars, but it takes ").extents(takes);
        text.text(": please report this bug of dnn").panic();
    }
}

/// Workspaces of which nothing is there once in a batch.
pub const fn each_sample(samples: [usize; 2]) -> [crate::Extent; 2] {
    [crate::Extent::new(samples[0], 0), crate::Extent::new(samples[1], 0)]
}

/// A nested network, whose first layers may be frozen, hands a gradient on to `before`, which is trained.
#[track_caller]
pub const fn attached(layer: &str, before: &str, detached: bool) {
    if detached {
        let text =
            Text::new().text("the gradient of `").text(layer).text("` ends at its first layers, which are frozen, ");
        let text = text.text("but `").text(before).text("` before it is trained: freeze `").text(before);
        text.text("`, or train the first layers of `").text(layer).text("`").panic();
    }
}

/// The largest of some numbers.
pub const fn most<const N: usize>(numbers: [usize; N]) -> usize {
    let (mut most, mut i) = (0, 0);
    while i < N {
        if numbers[i] > most {
            most = numbers[i];
        }
        i += 1;
    }
    most
}

/// A memory of `capacity` samples holds a batch that is large enough for the statistics of its network.
#[track_caller]
pub(crate) const fn capacity(network: &str, capacity: usize, least: usize) {
    if capacity == 0 {
        Text::new().text("a memory of `").text(network).text("` with room for no sample: write 1 or more").panic();
    }
    if capacity < least {
        let text =
            Text::new().text("a memory of ").number(capacity).text(if capacity == 1 { " sample" } else { " samples" });
        let text = text.text(" is too small for `").text(network).text("`, which takes statistics over batches of ");
        text.number(least).text(" samples or more: write ").number(least).text(" or more").panic();
    }
}

/// A layer that is called by hand gives the lengths of the output that it is to write.
pub(crate) const fn gives(gives: &[usize], written: &[usize]) {
    if !equal(gives, written) {
        Text::new().text("the layer gives ").shape(gives).text(", and not ").shape(written).panic();
    }
}

/// A convolution has C input channels in G groups of I each, and as many groups of its O output channels.
pub(crate) const fn groups(c: usize, i: usize, o: usize, g: usize) {
    assert!(g > 0 && o.is_multiple_of(g), "the groups do not divide the output channels");
    assert!(c == i * g, "the input has another number of channels than the groups of the layer");
}

/// A bias has one element for each output channel.
pub(crate) const fn biases(dims: Option<&[usize]>, o: usize) {
    if let Some(dims) = dims {
        assert!(equal(dims, &[o]), "a bias has one element for each output channel");
    }
}

/// A scalar that is another one by name alone.
#[diagnostic::on_unimplemented(
    message = "a field computes in `{Self}`, but the layer in `{T}`",
    label = "computes in `{Self}`",
    note = "all fields of a layer compute in one scalar: that of the first field"
)]
pub trait Same<T> {}

impl<T> Same<T> for T {}

/// The workspace of a user's own layer in a generic network is the same for every scalar: the plan cannot ask which.
#[track_caller]
pub const fn extents(layer: &str, single: [crate::Extent; 2], double: [crate::Extent; 2]) {
    if single[0].differs(double[0]) || single[1].differs(double[1]) {
        let text = Text::new().text("`").text(layer).text("` takes another workspace for `f64` than for `f32`: ");
        text.text("make them the same, or write the scalar in place of the network's parameter").panic();
    }
}

/// A network whose activations are computed again takes no statistics over the batch.
#[track_caller]
pub const fn recomputed(layer: &str, whole_batch: bool) {
    if whole_batch {
        let text =
            Text::new().text("`").text(layer).text("` takes statistics over the batch, which are not computed twice: ");
        text.text("remove `#[recompute]`").panic();
    }
}

/// A field of a derived layer computes in the layer's scalar.
pub const fn same<T, S: Same<T>>() {}

/// A hyper-parameter, after a check that it is 0 or more; `message` says so with its name. It is inlined, like the builders
/// that call it, so that a constant leaves no panic in the program.
#[inline(always)]
#[track_caller]
pub(crate) const fn at_least_zero(value: f64, message: &str) -> f64 {
    if value >= 0.0 { value } else { panic!("{}", message) }
}

/// A hyper-parameter, after a check that it is 0 or more and less than 1; `message` says so with its name.
#[inline(always)]
#[track_caller]
pub(crate) const fn below_one(value: f64, message: &str) -> f64 {
    if value >= 0.0 && value < 1.0 { value } else { panic!("{}", message) }
}
