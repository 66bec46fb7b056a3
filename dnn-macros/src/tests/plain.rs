//! What takes more than a line of plain loops: products of matrices, convolutions, losses. Random functions are worked out by
//! them, and the interpreter of programs calls them in place of the run time.

use super::graphs::meeting;

/// The places in a, b and y of each product of a matrix product, whose leading axes are broadcast.
pub(crate) fn products(a: &[usize], b: &[usize], mut each: impl FnMut(usize, usize, usize)) {
    let row = [&[1], a].concat();
    let column = [b, &[1]].concat();
    let (a, b) = (if a.len() == 1 { &row[..] } else { a }, if b.len() == 1 { &column[..] } else { b });
    let (before_a, before_b) = (&a[..a.len() - 2], &b[..b.len() - 2]);
    let [m, k, n] = [a[a.len() - 2], a[a.len() - 1], b[b.len() - 1]];
    let leading = broadcast(before_a, before_b).expect("matrices that meet");
    for batch in 0..leading.iter().product() {
        let (own_a, own_b) = (meeting(&leading, before_a, batch) * m * k, meeting(&leading, before_b, batch) * k * n);
        for (i, j, l) in (0..m).flat_map(|i| (0..n).flat_map(move |j| (0..k).map(move |l| (i, j, l)))) {
            each(own_a + i * k + l, own_b + l * n + j, (batch * m + i) * n + j);
        }
    }
}

/// The shape of a matrix product, where there is one.
pub(crate) fn product(a: &[usize], b: &[usize]) -> Option<Vec<usize>> {
    let (before_a, rows, k) = match a {
        [] => return None,
        [k] => (&a[..0], None, k),
        [before @ .., rows, k] => (before, Some(rows), k),
    };
    let (before_b, own, columns) = match b {
        [] => return None,
        [own] => (&b[..0], own, None),
        [before @ .., own, columns] => (before, own, Some(columns)),
    };
    let leading = broadcast(before_a, before_b).filter(|_| k == own)?;
    Some(leading.iter().chain(rows).chain(columns).copied().collect())
}

/// The shape in which two values meet.
pub(crate) fn broadcast(a: &[usize], b: &[usize]) -> Option<Vec<usize>> {
    let rank = a.len().max(b.len());
    let at = |dims: &[usize], i: usize| (i + dims.len()).checked_sub(rank).map_or(1, |i| dims[i]);
    (0..rank)
        .map(|i| match (at(a, i), at(b, i)) {
            (a, b) if a == b || b == 1 => Some(a),
            (1, b) => Some(b),
            _ => None,
        })
        .collect()
}

/// Stride, padding and dilation of a convolution, along each axis.
pub(crate) type Moves = [usize; 3];

/// The windows of k elements over n.
pub(crate) fn windows(n: usize, k: usize, [stride, padding, dilation]: Moves) -> Option<usize> {
    Some((n + 2 * padding).checked_sub(dilation * (k - 1) + 1)? / stride + 1)
}

/// The places in x, w and y of each product of a convolution of x, `[C, L]` or `[C, H, W]`, by w, which has a further axis
/// before these: the outputs.
pub(crate) fn convolved(x: &[usize], w: &[usize], moves: Moves, mut each: impl FnMut(usize, usize, usize)) {
    let (rows, row_moves) = if x.len() == 3 { ([x[1], w[2]], moves) } else { ([1, 1], [1, 0, 1]) };
    let columns = [x[x.len() - 1], w[w.len() - 1]];
    let [height, width] = [windows(rows[0], rows[1], row_moves), windows(columns[0], columns[1], moves)];
    let [height, width] = [height, width].map(|length| length.expect("windows"));
    // The place before which the padding ends is no place.
    let place = |at: usize, k: usize, [s, p, d]: Moves, n: usize| (at * s + k * d).checked_sub(p).filter(|at| *at < n);
    for (o, c, i, j) in four([w[0], x[0], height, width]) {
        for (k, l) in (0..rows[1]).flat_map(|k| (0..columns[1]).map(move |l| (k, l))) {
            let from = (place(i, k, row_moves, rows[0]), place(j, l, moves, columns[0]));
            if let (Some(row), Some(column)) = from {
                let weight = ((o * x[0] + c) * rows[1] + k) * columns[1] + l;
                each((c * rows[0] + row) * columns[0] + column, weight, (o * height + i) * width + j);
            }
        }
    }
}

fn four([a, b, c, d]: [usize; 4]) -> impl Iterator<Item = (usize, usize, usize, usize)> {
    let all = 0..a * b * c * d;
    all.map(move |at| (at / (b * c * d), at / (c * d) % b, at / d % c, at % d))
}

/// A loss and its slopes by each x and each t; none where an error lies near to a kink. What has a number takes 0.5.
pub(crate) fn loss(word: &str, x: &[f64], t: &[f64], kink: f64) -> Option<(f64, Vec<f64>, Vec<f64>)> {
    let n = x.len() as f64;
    let log = |x: &[f64]| x.iter().map(|x| x.exp()).sum::<f64>().ln();
    if word == "cross_entropy" {
        let (whole, weight) = (log(x), t.iter().sum::<f64>());
        let y = x.iter().zip(t).map(|(x, t)| t * (whole - x)).sum();
        let dx = x.iter().zip(t).map(|(x, t)| (x - whole).exp() * weight - t).collect();
        return Some((y, dx, x.iter().map(|x| whole - x).collect()));
    }
    let (mut y, mut dx, mut dt) = (0.0, Vec::new(), Vec::new());
    for (x, t) in x.iter().zip(t) {
        let e = x - t;
        let near = match word {
            "l1_loss" => e.abs(),
            "huber_loss" | "smooth_l1_loss" => (e.abs() - 0.5).abs(),
            _ => 1.0,
        };
        if near < kink {
            return None;
        }
        let within = e.abs() < 0.5;
        let (value, by_x, by_t) = match word {
            "mse_loss" => (e * e, 2.0 * e, -2.0 * e),
            "l1_loss" => (e.abs(), e.signum(), -e.signum()),
            "huber_loss" if within => (e * e / 2.0, e, -e),
            "huber_loss" => (0.5 * (e.abs() - 0.25), 0.5 * e.signum(), -0.5 * e.signum()),
            "smooth_l1_loss" if within => (e * e, 2.0 * e, -2.0 * e),
            "smooth_l1_loss" => (e.abs() - 0.25, e.signum(), -e.signum()),
            "binary_cross_entropy_with_logits" => (x.exp().ln_1p() - t * x, 1.0 / (1.0 + (-x).exp()) - t, -x),
            "kl_div" => (t.exp() * (t - x), -t.exp(), t.exp() * (t - x + 1.0)),
            _ => unreachable!("{word}"),
        };
        y += value / n;
        dx.push(by_x / n);
        dt.push(by_t / n);
    }
    Some((y, dx, dt))
}

/// The places in a tensor and in what has its axes in another order.
pub(crate) fn permuted(dims: &[usize], order: &[usize], mut each: impl FnMut(usize, usize)) {
    let step = |axis: usize| -> usize { dims[axis + 1..].iter().product() };
    for to in 0..dims.iter().product() {
        let (mut rest, mut from) = (to, 0);
        for axis in order.iter().rev() {
            from += rest % dims[*axis] * step(*axis);
            rest /= dims[*axis];
        }
        each(from, to);
    }
}

/// Whether an element lies in a triangle of the last two axes.
pub(crate) fn is_inside(dims: &[usize], at: usize, lower: bool, diagonal: i64) -> bool {
    let [.., rows, columns] = dims else { return false };
    let above = (at % columns) as i64 - (at / columns % rows) as i64;
    above == diagonal || (above < diagonal) == lower
}
