//! The memory plans of the models, as `summary()` has them: buffers that are live together share no scalar, and a plan takes
//! hardly more than what is live at its fullest step.

use super::{ds_cnn, lenet, mobilenet, resnet};
use dnn::{BufferInfo, Summary};

/// The scalars for one sample that are live at the fullest step, and those of the plan.
fn sizes(plan: &[BufferInfo]) -> [usize; 2] {
    let together = |a: &BufferInfo, b: &BufferInfo| a.live.0 <= b.live.1 && b.live.0 <= a.live.1;
    for (number, a) in plan.iter().enumerate() {
        for b in plan[..number].iter().filter(|b| together(a, b)) {
            let (a, b) = (a.place.range(1), b.place.range(1));
            assert!(a.end <= b.start || b.end <= a.start, "{a:?} and {b:?}");
        }
    }
    let live = |step| plan.iter().filter(move |buffer| buffer.live.0 <= step && step <= buffer.live.1);
    let fullest = plan.iter().map(|buffer| live(buffer.live.0).map(|buffer| buffer.place.len.len(1)).sum());
    [fullest.max().unwrap(), plan.iter().map(|buffer| buffer.place.end().len(1)).max().unwrap()]
}

/// What the plans take of a summary, which says the same in bytes. The most for each sample and the most once in a batch may
/// belong to different buffers, and are added up all the same.
fn plans(summary: Summary) -> [[usize; 2]; 2] {
    let (inference, training) = (sizes(summary.inference), sizes(summary.training));
    assert_eq!(summary.training_bytes, 4 * training[1]);
    assert!((4 * inference[1]..4 * inference[1] + 1024).contains(&summary.inference_bytes), "{summary}");
    [inference, training]
}

/// [live, planned] for inference and for training.
#[test]
fn plans_take_hardly_more_than_what_is_live() {
    assert_eq!(plans(lenet::model::LeNet::<f32>::summary()), [[5880, 6280], [10_632, 10_632]]);
    assert_eq!(plans(ds_cnn::model::DsCnn::<f32>::summary()), [[24_064, 24_064], [178_880, 178_880]]);
    // What is there once in a batch for one step may lie beside what is there for each sample at another one.
    assert_eq!(plans(resnet::model::ResNet8::<f32>::summary()), [[49_168, 49_216], [185_520, 185_520]]);
    assert_eq!(plans(mobilenet::model::MobileNet::<f32>::summary()), [[55_296, 55_312], [479_344, 479_344]]);
}

#[test]
fn a_summary_prints_its_plans() {
    let text = format!("{:#}", lenet::model::LeNet::<f32>::summary());
    let line = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no {name} in {text}"));
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    // What lies there once in a batch stands behind what each sample takes.
    assert_eq!(line("conv2_saved "), "conv2_saved 0..0 + 1600 3 to 3");
    assert_eq!(line("fc1  "), "fc1 Linear<400, 120> [400] [120] 48120 48000");
    assert_eq!(line("dv3 "), "dv3 2352..3528 20 to 23");
    assert!(!lenet::model::LeNet::<f32>::summary().to_string().contains("2352..3528"));
}
