//! What functions are called elsewhere.

/// The name here of a function that has another one in PyTorch, NumPy or the standard library.
pub(super) fn function(name: &str) -> Option<&'static str> {
    Some(match name {
        "amax" => "max",
        "amin" => "min",
        "bmm" | "mm" | "mv" => "matmul",
        "cat" => "concat",
        "clip" => "clamp",
        "expm1" => "exp_m1",
        "log" => "ln",
        "log1p" => "ln_1p",
        "power" | "powf" | "powi" => "pow",
        "reciprocal" => "recip",
        "var" => "variance",
        _ => return None,
    })
}

/// What is written in the place of a method.
pub(super) fn method(name: &str) -> Option<String> {
    if let Some(own) = function(name) {
        return Some(format!("write `{own}`"));
    }
    let advice = match name {
        "backward" | "grad" => "write the formula alone, and call `gradient` of the function",
        "clone" | "copied" | "to_owned" => "remove it, a value can be used again",
        "fold" | "for_each" | "into_iter" | "iter" | "map" | "zip" => {
            "write an operator or a function of the whole tensor, or `for i in 0..3` with `x[i]`"
        }
        "len" => "write the number",
        "swapaxes" | "t" => "write `transpose(x)`",
        "to_vec" | "view" => "write `reshape` or `flatten`",
        _ => return None,
    };
    Some(advice.to_owned())
}
