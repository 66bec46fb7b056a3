//! Small planes from large ones by vectors along the columns, two rows at a time, over planes that are copied with the zeros
//! around them: what is gathered where the window moves by one column.
//!
//! For samples that are left over and groups of fewer channels than fill a vector. A pair of rows that is pooled is so in
//! registers. Every sum takes its terms in the order of `naive`, and zeros around the planes are multiplied.

use super::Shape;
use super::planes::Planes;
use super::windows::rectified;
use crate::kernels::blocks::copy;
use crate::kernels::level::{Kernel, Vector};
use crate::scalar::Scalar;
use core::mem::MaybeUninit;

/// Scalars of the copied planes of a group.
const COPIED: usize = 8192;
/// Scalars around them: before the first line of the cache, and behind for vectors that reach beyond the last position.
const SLACK: usize = 144;

/// The copied planes, for the longest scalars.
#[repr(align(64))]
struct Copied<T>(MaybeUninit<[T; COPIED + SLACK]>);

impl<T: Scalar> Planes<'_, T> {
    /// The samples that are not done, if they go by rows.
    ///
    /// # Safety
    /// The machine has the instructions of `V`.
    #[inline(always)]
    pub(super) unsafe fn by_rows<V: Vector<T>>(&mut self) {
        if self.done < self.samples && self.fits_in_rows() {
            // SAFETY: as of this function.
            unsafe { V::call(&mut Rows { of: self }) };
            self.done = self.samples;
        }
    }

    /// Whether windows move by one column, and the copied planes of a group have room.
    #[inline(always)]
    fn fits_in_rows(&self) -> bool {
        let [rows, pitch] = padded(&self.shape);
        self.gathers && self.shape.slide.stride[1] == 1 && rows * pitch * self.shape.large[0] <= COPIED
    }

    /// Whether they do, and columns fill their vectors better than channels do.
    #[inline(always)]
    pub(super) fn fills_rows<V: Vector<T>>(&self) -> bool {
        let [made, _, columns] = self.shape.small;
        self.fits_in_rows() && columns * made.next_multiple_of(V::LANES) > made * columns.next_multiple_of(V::LANES)
    }
}

/// Rows and columns of a plane with the zeros that windows meet.
#[inline(always)]
fn padded(shape: &Shape) -> [usize; 2] {
    let padded = |dim: usize| {
        let last = (shape.small[1 + dim] - 1) * shape.slide.stride[dim];
        let reach = last + (shape.kernel[dim] - 1) * shape.slide.dilation[dim] + 1;
        let within = shape.slide.padding[dim] + shape.large[1 + dim];
        if reach > within { reach } else { within }
    };
    // `map` of an array stays a call.
    [padded(0), padded(1)]
}

/// All groups of the samples that are not done: a function of its own, whose memory is on the stack only while it runs.
struct Rows<'a, 'b, T> {
    of: &'a mut Planes<'b, T>,
}

impl<T: Scalar> Kernel for Rows<'_, '_, T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let planes = &mut *self.of;
        let Shape { groups, large: [channels, height, width], small: [made, above, beside], kernel, slide } =
            planes.shape;
        let [rows, pitch] = padded(&planes.shape);
        let pooled = planes.pooled.is_some();
        let [tall, broad] = if pooled { [above / 2, beside / 2] } else { [above, beside] };
        let numbers = match &mut planes.pooled {
            Some(numbers) if !numbers.is_empty() => numbers.as_mut_ptr(),
            _ => core::ptr::null_mut(),
        };
        let mut place = Copied::<T>(MaybeUninit::uninit());
        let mut sums = MaybeUninit::<[V; 24]>::uninit();
        let (copied, sums): (*mut T, *mut T) = (place.0.as_mut_ptr().cast(), sums.as_mut_ptr().cast());
        // What is copied begins with a line of the cache, if rows with their zeros are whole lines.
        let copied = copied.wrapping_add(slide.padding[1].next_multiple_of(V::LANES) - slide.padding[1]);
        // SAFETY: `new` has checked the lengths: samples and groups exist in each of them, and the copy has room.
        unsafe {
            for own in planes.done * groups..planes.samples * groups {
                let from = planes.from.as_ptr().add(own * channels * height * width);
                let mut end = copied;
                for c in 0..channels {
                    for row in 0..height {
                        let to = copied.add((c * rows + slide.padding[0] + row) * pitch + slide.padding[1]);
                        end = zeros::<V, T>(end, to);
                        end = line::<V, T>(end, from.add((c * height + row) * width), width);
                    }
                }
                // What a last vector reads beyond is dropped, but it must be there.
                zeros::<V, T>(end, copied.add(channels * rows * pitch + 3 * V::LANES));
                let g = own % groups;
                let mut group = Group {
                    copied,
                    sums,
                    weight: planes.weight.as_ptr().add(g * made * channels * kernel[0] * kernel[1]),
                    bias: planes.bias.get(g * made..).unwrap_or(&[]),
                    to: planes.to.as_mut_ptr().add(own * made * tall * broad),
                    numbers: if numbers.is_null() { numbers } else { numbers.add(own * made * tall * broad) },
                    pooled,
                    dims: [above, beside],
                    channels: [channels, rows * pitch],
                    kernel,
                    apart: [slide.dilation[0] * pitch, slide.dilation[1]],
                    row: slide.stride[0] * pitch,
                };
                group.channels::<V>(made);
            }
        }
    }
}

/// Zeros from one place to another, which is returned; a last vector may reach beyond.
///
/// # Safety
/// The machine has the instructions of `V`, and there is room for a vector more.
#[inline(always)]
unsafe fn zeros<V: Vector<T>, T: Scalar>(mut from: *mut T, to: *mut T) -> *mut T {
    while from < to {
        // SAFETY: as of this function.
        unsafe { V::splat(T::ZERO).store(from, V::LANES) };
        from = from.wrapping_add(V::LANES);
    }
    to
}

/// Copies so many scalars, behind which a last vector has zeros, and returns the end of these.
///
/// # Safety
/// The machine has the instructions of `V`, the scalars exist, and there is room for a vector more.
#[inline(always)]
unsafe fn line<V: Vector<T>, T: Scalar>(to: *mut T, from: *const T, len: usize) -> *mut T {
    let mut at = 0;
    // SAFETY: as of this function.
    unsafe {
        while at + V::LANES <= len {
            V::load(from.add(at), V::LANES).store(to.add(at), V::LANES);
            at += V::LANES;
        }
        if at < len {
            V::load(from.add(at), len - at).store(to.add(at), V::LANES);
            at += V::LANES;
        }
        to.add(at)
    }
}

/// One group of one sample.
struct Group<'a, T> {
    copied: *const T,
    /// Room for the vectors of a tile.
    sums: *mut T,
    weight: *const T,
    /// That of the group's channels, or nothing.
    bias: &'a [T],
    to: *mut T,
    /// Where the numbers of the largest elements are kept, or null.
    numbers: *mut T,
    pooled: bool,
    /// Rows and columns of positions.
    dims: [usize; 2],
    /// Those that are read, and how far they are apart in the copy.
    channels: [usize; 2],
    kernel: [usize; 2],
    /// From element to element of the window, in the copy.
    apart: [usize; 2],
    /// From position to position below each other, in the copy.
    row: usize,
}

impl<T: Scalar> Group<'_, T> {
    /// # Safety
    /// The machine has the instructions of `V`, and what the fields say exists.
    #[inline(always)]
    unsafe fn channels<V: Vector<T>>(&mut self, made: usize) {
        let mut r = 0;
        macro_rules! tiles {
            ($($channels:literal)*) => {$(
                while $channels <= V::ROWS && made - r >= $channels {
                    // SAFETY: as of this function.
                    unsafe { V::call(&mut Tiles::<T, $channels> { of: self, r }) };
                    r += $channels;
                }
            )*};
        }
        tiles!(6 4 3 2 1);
    }
}

/// Whether there are registers for two vectors of a row: the sums of two rows, what they read, and a factor.
#[inline(always)]
const fn two_vectors<V: Vector<T>, T: Scalar>(channels: usize) -> bool {
    4 * channels + 5 <= if V::ROWS >= 12 { 32 } else { 16 }
}

/// R channels from channel r on: a function of its own, whose registers LLVM handles well.
struct Tiles<'a, 'b, T, const R: usize> {
    of: &'a Group<'b, T>,
    r: usize,
}

impl<T: Scalar, const R: usize> Kernel for Tiles<'_, '_, T, R> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let [above, beside] = self.of.dims;
        let [above, beside] = if self.of.pooled { [above / 2 * 2, beside / 2 * 2] } else { [above, beside] };
        for y in (0..above).step_by(2) {
            let mut x = 0;
            while x < beside {
                // SAFETY: as of this function.
                unsafe {
                    if two_vectors::<V, T>(R) && beside - x > V::LANES {
                        self.tile::<V, 2>(y, x);
                        x += 2 * V::LANES;
                    } else {
                        self.tile::<V, 1>(y, x);
                        x += V::LANES;
                    }
                }
            }
        }
    }
}

impl<T: Scalar, const R: usize> Tiles<'_, '_, T, R> {
    /// Rows y and y + 1, C vectors from column x on.
    ///
    /// # Safety
    /// The machine has the instructions of `V`, and the positions exist.
    #[inline(always)]
    unsafe fn tile<V: Vector<T>, const C: usize>(&mut self, y: usize, x: usize) {
        let &Group { copied, weight, bias, channels: [channels, plane], kernel: [kh, kw], apart, row, .. } = self.of;
        // From channel to channel of the weights; a last row by itself is there twice.
        let (step, under) = (channels * kh * kw, if y + 1 < self.of.dims[0] { row } else { 0 });
        // SAFETY: as of this function; vectors that begin at a position end in the slack at the latest.
        unsafe {
            let mut sums = [[[V::splat(T::ZERO); C]; 2]; R];
            for r in 0..R {
                sums[r] = [[V::splat(bias.get(self.r + r).copied().unwrap_or(T::ZERO)); C]; 2];
            }
            let mut factors = weight.add(self.r * step);
            for i in 0..channels {
                for k in 0..kh {
                    let mut read = copied.add(i * plane + y * row + k * apart[0] + x);
                    for _ in 0..kw {
                        let mut terms = [[V::splat(T::ZERO); C]; 2];
                        for c in 0..C {
                            terms[0][c] = V::load(read.add(c * V::LANES), V::LANES);
                            terms[1][c] = V::load(read.add(under + c * V::LANES), V::LANES);
                        }
                        for r in 0..R {
                            let factor = V::splat(*factors.add(r * step));
                            for l in 0..2 {
                                for c in 0..C {
                                    sums[r][l][c] = factor.mul_add(terms[l][c], sums[r][l][c]);
                                }
                            }
                        }
                        read = read.wrapping_add(apart[1]);
                        factors = factors.wrapping_add(1);
                    }
                }
            }
            if V::ROWS >= 12 && self.of.pooled && self.of.numbers.is_null() {
                // In registers, of which there are enough.
                let [above, beside] = [self.of.dims[0] / 2, self.of.dims[1] / 2];
                let (left, most) = (beside - x / 2, C * V::LANES / 2);
                let mut to = self.of.to.add((self.r * above + y / 2) * beside + x / 2);
                for r in 0..R {
                    let [a, b] = V::split(sums[r][0][0], sums[r][0][C - 1]);
                    let [c, d] = V::split(sums[r][1][0], sums[r][1][C - 1]);
                    rectified::<V, T, false>([a, b, c, d])[0].store(to, if left < most { left } else { most });
                    to = to.wrapping_add(above * beside);
                }
                return;
            }
            let to = self.of.sums;
            for r in 0..R {
                for l in 0..2 {
                    for c in 0..C {
                        sums[r][l][c].store(to.add(((r * 2 + l) * C + c) * V::LANES), V::LANES);
                    }
                }
            }
            // Out of line, since what it needs of registers would be missing above.
            V::call(&mut Finished { of: self.of, channels: [self.r, R], vectors: C, at: [y, x] });
        }
    }
}

/// Two rows of some channels on their way to the results.
struct Finished<'a, 'b, T> {
    of: &'a Group<'b, T>,
    /// The first one, and how many.
    channels: [usize; 2],
    vectors: usize,
    at: [usize; 2],
}

impl<T: Scalar> Kernel for Finished<'_, '_, T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let &mut Finished { of, channels: [first, channels], vectors, at: [y, x] } = self;
        let ([above, beside], mut from) = (of.dims, of.sums.cast_const());
        let row = vectors * V::LANES;
        // SAFETY: as of this function.
        unsafe {
            for channel in first..first + channels {
                if of.pooled {
                    let [above, beside] = [above / 2, beside / 2];
                    let place = (channel * above + y / 2) * beside + x / 2;
                    let lanes = if beside - x / 2 < row / 2 { beside - x / 2 } else { row / 2 };
                    let last = row - V::LANES;
                    let [a, b] = V::split(V::load(from, V::LANES), V::load(from.add(last), V::LANES));
                    let under = from.add(row);
                    let [c, d] = V::split(V::load(under, V::LANES), V::load(under.add(last), V::LANES));
                    if of.numbers.is_null() {
                        rectified::<V, T, false>([a, b, c, d])[0].store(of.to.add(place), lanes);
                    } else {
                        let [best, number] = rectified::<V, T, true>([a, b, c, d]);
                        best.store(of.to.add(place), lanes);
                        number.store(of.numbers.add(place), lanes);
                    }
                } else {
                    for l in 0..if y + 1 < above { 2 } else { 1 } {
                        let to = of.to.add((channel * above + y + l) * beside + x);
                        let len = if beside - x < row { beside - x } else { row };
                        copy::<V, T>(to, from.add(l * row), len);
                    }
                }
                from = from.add(2 * row);
            }
        }
    }
}
