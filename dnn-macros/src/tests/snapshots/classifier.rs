#[allow(dead_code)]
const CLASSES: usize = 10;
/// Grey images to classes.
///
/**| layer | type | in | out | parameters | MACs | bytes |
|---|---|---|---|--:|--:|--:|
|  | `Relu` | `[16, 5, 5]` | `[16, 5, 5]` | `0` | `0` | `0` |
|  | `Flatten` | `[16, 5, 5]` | `[400]` | `0` | `0` | `0` |
| `fc1` | `Linear<400, 120, bias = false>` | `[400]` | `[120]` | `48000` | `48000` | `192000` |
|  | `Gelu<approximate = tanh>` | `[120]` | `[120]` | `0` | `0` | `0` |
|  | `Dropout(0.2)` | `[120]` | `[120]` | `0` | `0` | `0` |
| `fc2` | `Linear<120, 84>` | `[120]` | `[84]` | `10164` | `10080` | `40656` |
|  | `Silu` | `[84]` | `[84]` | `0` | `0` | `0` |
| `fc3` | `Linear<84, 10, bias = shared>` | `[84]` | `[10]` | `841` | `840` | `3364` |
|  | `LogSoftmax` | `[10]` | `[10]` | `0` | `0` | `0` |
| | total | | | `59005` | `58920` | `236020` |

Workspace in `f32`: `2080` bytes to predict one sample, `3568` bytes a sample to train.*/
#[repr(C)]
pub struct Classifier<T: ::dnn::__private::Scalar> {
    ///`Linear<400, 120, bias = false>`: `[400]` to `[120]`
    pub fc1: ::dnn::__private::Linear<400, 120, T, ()>,
    /// The middle.
    ///
    ///`Linear<120, 84>`: `[120]` to `[84]`
    pub fc2: ::dnn::__private::Linear<120, 84, T>,
    ///`Linear<84, 10, bias = shared>`: `[84]` to `[10]`
    pub fc3: ::dnn::__private::Linear<84, 10, T, [T; 1]>,
}
#[allow(unused_qualifications)]
const _: () = {
    use ::dnn::__private as __dnn;
    #[allow(dead_code, unused_variables)]
    impl<T: __dnn::Scalar> Classifier<T> {
        /// The number of trained scalars.
        pub const PARAMETERS: usize = 48000 + 10164 + 841;
        /// Multiply-accumulates for one sample.
        pub const MACS: usize = 48000 + 10080 + 840;
        /// Bytes of the parameters.
        pub const PARAMETER_BYTES: usize = Self::PARAMETERS
            * ::core::mem::size_of::<T>();
        /// Bytes of scratch, on the stack, that `predict` takes for one sample.
        pub const INFERENCE_BYTES: usize = Self::inference_workspace(1)
            * ::core::mem::size_of::<T>();
        /// Bytes that training keeps for one sample: the workspace of forward and backward.
        pub const TRAINING_BYTES: usize = Self::training_workspace(1)
            * ::core::mem::size_of::<T>();
        /// Scalars of workspace that inference takes for `batch` samples.
        pub const fn inference_workspace(batch: usize) -> usize {
            <Self as __dnn::Layer<[[[T; 5]; 5]; 16]>>::INFER.len(batch)
        }
        /// Scalars of workspace that `forward` and `backward` take for `batch` samples.
        pub const fn training_workspace(batch: usize) -> usize {
            <Self as __dnn::Layer<[[[T; 5]; 5]; 16]>>::TRAIN.len(batch)
        }
        /// A network of zeros.
        pub const fn zeros() -> Self {
            __dnn::zeros()
        }
        /// A network with PyTorch's default initialisation. It is returned by value: `boxed` and `init_in` build large
        /// ones in place.
        pub fn init<__R: __dnn::Generator>(rng: &mut __R) -> Self {
            let mut network = Self::zeros();
            __dnn::Parameters::init_in(&mut network, rng);
            network
        }
        /// The output for one sample. The scratch is on the stack; dropout is absent.
        pub fn predict(&self, x: &[[[T; 5]; 5]; 16]) -> [T; 10] {
            let mut y = [__dnn::tensor::zero::<[T; 10]>()];
            let mut workspace = [<T as __dnn::Scalar>::ZERO; <Classifier<
                f32,
            > as __dnn::Layer<[[[f32; 5]; 5]; 16]>>::INFER
                .len(1)];
            __dnn::Layer::infer(
                self,
                ::core::slice::from_ref(x),
                &mut y,
                &mut workspace,
            );
            let [y] = y;
            y
        }
        /// Layers, shapes, parameters, multiply-accumulates and bytes, to print.
        pub const fn summary() -> __dnn::Summary {
            __dnn::Summary {
                name: "Classifier",
                layers: <Self as __dnn::Network>::LAYERS,
                parameters: Self::PARAMETERS,
                macs: Self::MACS,
                parameter_bytes: Self::PARAMETER_BYTES,
                inference_bytes: Self::INFERENCE_BYTES,
                training_bytes: Self::TRAINING_BYTES,
            }
        }
        __dnn::with_alloc! {
            #[doc = r" The outputs for several samples. Dropout is absent."] pub fn
            predict_batch(& self, x : & [[[[T; 5]; 5]; 16]]) -> __dnn::Vec < [T; 10] > {
            __dnn::predict_batch(self, x) } #[doc =
            r" A network with PyTorch's default initialisation on the heap, built in place however large it is."]
            pub fn boxed < __R : __dnn::Generator > (rng : & mut __R) -> __dnn::Box <
            Self > { __dnn::boxed(rng) }
        }
    }
    #[diagnostic::do_not_recommend]
    impl<T: __dnn::Scalar> __dnn::Network for Classifier<T> {
        type Input = [[[T; 5]; 5]; 16];
        type Record = [T; <Classifier<f32> as __dnn::Layer<[[[f32; 5]; 5]; 16]>>::TRAIN
            .sample];
        type Shared = [T; <Classifier<f32> as __dnn::Layer<[[[f32; 5]; 5]; 16]>>::TRAIN
            .batch];
        const NAME: &'static str = "Classifier";
        const LAYERS: &'static [__dnn::LayerInfo] = &[
            __dnn::LayerInfo {
                name: "",
                kind: "Relu",
                input: &[16usize, 5usize, 5usize],
                output: &[16usize, 5usize, 5usize],
                parameters: 0,
                macs: 0,
            },
            __dnn::LayerInfo {
                name: "",
                kind: "Flatten",
                input: &[16usize, 5usize, 5usize],
                output: &[400usize],
                parameters: 0,
                macs: 0,
            },
            __dnn::LayerInfo {
                name: "fc1",
                kind: "Linear<400, 120, bias = false>",
                input: &[400usize],
                output: &[120usize],
                parameters: 48000,
                macs: 48000,
            },
            __dnn::LayerInfo {
                name: "",
                kind: "Gelu<approximate = tanh>",
                input: &[120usize],
                output: &[120usize],
                parameters: 0,
                macs: 0,
            },
            __dnn::LayerInfo {
                name: "",
                kind: "Dropout(0.2)",
                input: &[120usize],
                output: &[120usize],
                parameters: 0,
                macs: 0,
            },
            __dnn::LayerInfo {
                name: "fc2",
                kind: "Linear<120, 84>",
                input: &[120usize],
                output: &[84usize],
                parameters: 10164,
                macs: 10080,
            },
            __dnn::LayerInfo {
                name: "",
                kind: "Silu",
                input: &[84usize],
                output: &[84usize],
                parameters: 0,
                macs: 0,
            },
            __dnn::LayerInfo {
                name: "fc3",
                kind: "Linear<84, 10, bias = shared>",
                input: &[84usize],
                output: &[10usize],
                parameters: 841,
                macs: 840,
            },
            __dnn::LayerInfo {
                name: "",
                kind: "LogSoftmax",
                input: &[10usize],
                output: &[10usize],
                parameters: 0,
                macs: 0,
            },
        ];
    }
    __dnn::with_alloc! {
        #[diagnostic::do_not_recommend] impl < T : __dnn::Scalar > __dnn::IntoBox for
        Classifier < T > { type Network = Self; fn boxed(self) -> __dnn::Box < Self > {
        __dnn::Box::new(self) } }
    }
    #[allow(unused_doc_comments, unused_variables, clippy::too_many_arguments)]
    #[diagnostic::do_not_recommend]
    impl<T: __dnn::Scalar> __dnn::Layer<[[[T; 5]; 5]; 16]> for Classifier<T> {
        type Output = [T; 10];
        const INFER: __dnn::Extent = __dnn::Extent::new(520, 0);
        const TRAIN: __dnn::Extent = __dnn::Extent::new(892, 0);
        const MACS: usize = 58920usize;
        #[track_caller]
        fn infer(
            &self,
            x: &[[[[T; 5]; 5]; 16]],
            y: &mut [[T; 10]],
            workspace: &mut [T],
        ) {
            let n = x.len();
            if !__dnn::workspace::check(
                n,
                [("y", y.len())],
                workspace.len(),
                <Self as __dnn::Layer<[[[T; 5]; 5]; 16]>>::INFER,
            ) {
                return __dnn::workspace::spoil(y);
            }
            /// Relu [16, 5, 5] -> [16, 5, 5]: y = max(x, 0)
            let [v1] = __dnn::workspace::buffers(
                &mut *workspace,
                n,
                [__dnn::Place::new(0, 400)],
            );
            __dnn::tensor::copy(__dnn::tensor::batch_mut::<[[[T; 5]; 5]; 16]>(v1), x);
            __dnn::InPlace::<
                [[[T; 5]; 5]; 16],
            >::infer(&__dnn::Relu, __dnn::tensor::batch_mut::<[[[T; 5]; 5]; 16]>(v1));
            /// fc1: Linear<400, 120, bias = false> [400] -> [120]: y = x Wᵀ
            let [v1, fc1] = __dnn::workspace::buffers(
                &mut *workspace,
                n,
                [__dnn::Place::new(0, 400), __dnn::Place::new(400, 120)],
            );
            __dnn::Op::<
                [T; 400],
                [T; 120],
            >::infer(
                &self.fc1,
                __dnn::tensor::batch::<[T; 400]>(v1),
                __dnn::tensor::batch_mut::<[T; 120]>(fc1),
                &mut [],
            );
            /// Gelu<approximate = tanh> [120] -> [120]: y = x P(x), P the normal distribution function
            let [fc1] = __dnn::workspace::buffers(
                &mut *workspace,
                n,
                [__dnn::Place::new(400, 120)],
            );
            __dnn::InPlace::<
                [T; 120],
            >::infer(
                &__dnn::Gelu {
                    approximate: __dnn::Approximate::Tanh,
                },
                __dnn::tensor::batch_mut::<[T; 120]>(fc1),
            );
            /// Dropout(0.2) [120] -> [120]: y = x / (1 - p) or 0, the latter with probability p
            let [fc1] = __dnn::workspace::buffers(
                &mut *workspace,
                n,
                [__dnn::Place::new(400, 120)],
            );
            __dnn::InPlace::<
                [T; 120],
            >::infer(
                &__dnn::Dropout {
                    p: 0.2f64,
                    layer: 4u64,
                },
                __dnn::tensor::batch_mut::<[T; 120]>(fc1),
            );
            /// fc2: Linear<120, 84> [120] -> [84]: y = x Wᵀ + b
            let [fc1, fc2] = __dnn::workspace::buffers(
                &mut *workspace,
                n,
                [__dnn::Place::new(400, 120), __dnn::Place::new(0, 84)],
            );
            __dnn::Op::<
                [T; 120],
                [T; 84],
            >::infer(
                &self.fc2,
                __dnn::tensor::batch::<[T; 120]>(fc1),
                __dnn::tensor::batch_mut::<[T; 84]>(fc2),
                &mut [],
            );
            /// Silu [84] -> [84]: y = x s(x), s the sigmoid
            let [fc2] = __dnn::workspace::buffers(
                &mut *workspace,
                n,
                [__dnn::Place::new(0, 84)],
            );
            __dnn::InPlace::<
                [T; 84],
            >::infer(&__dnn::Silu, __dnn::tensor::batch_mut::<[T; 84]>(fc2));
            /// fc3: Linear<84, 10, bias = shared> [84] -> [10]: y = x Wᵀ + b
            let [fc2] = __dnn::workspace::buffers(
                &mut *workspace,
                n,
                [__dnn::Place::new(0, 84)],
            );
            __dnn::Op::<
                [T; 84],
                [T; 10],
            >::infer(&self.fc3, __dnn::tensor::batch::<[T; 84]>(fc2), y, &mut []);
            /// LogSoftmax [10] -> [10]: y = x - ln sum e^x
            __dnn::InPlace::<
                [[T; 1]; 10],
            >::infer(&__dnn::LogSoftmax, __dnn::tensor::view_mut::<_, [[T; 1]; 10]>(y));
        }
        #[track_caller]
        fn forward(
            &self,
            pass: &__dnn::Pass,
            x: &[[[[T; 5]; 5]; 16]],
            y: &mut [[T; 10]],
            workspace: &mut [T],
        ) {
            let n = x.len();
            if !__dnn::workspace::check(
                n,
                [("y", y.len())],
                workspace.len(),
                <Self as __dnn::Layer<[[[T; 5]; 5]; 16]>>::TRAIN,
            ) {
                return __dnn::workspace::spoil(y);
            }
            /// Relu [16, 5, 5] -> [16, 5, 5]: y = max(x, 0)
            let [v1] = __dnn::workspace::buffers(
                &mut *workspace,
                n,
                [__dnn::Place::new(0, 400)],
            );
            __dnn::tensor::copy(__dnn::tensor::batch_mut::<[[[T; 5]; 5]; 16]>(v1), x);
            __dnn::InPlace::<
                [[[T; 5]; 5]; 16],
            >::forward(
                &__dnn::Relu,
                pass,
                __dnn::tensor::batch_mut::<[[[T; 5]; 5]; 16]>(v1),
            );
            /// fc1: Linear<400, 120, bias = false> [400] -> [120]: y = x Wᵀ
            let [v1, fc1] = __dnn::workspace::buffers(
                &mut *workspace,
                n,
                [__dnn::Place::new(0, 400), __dnn::Place::new(400, 120)],
            );
            __dnn::Op::<
                [T; 400],
                [T; 120],
            >::forward(
                &self.fc1,
                pass,
                __dnn::tensor::batch::<[T; 400]>(v1),
                __dnn::tensor::batch_mut::<[T; 120]>(fc1),
                &mut [],
            );
            /// Gelu<approximate = tanh> [120] -> [120]: y = x P(x), P the normal distribution function
            let [fc1, v4] = __dnn::workspace::buffers(
                &mut *workspace,
                n,
                [__dnn::Place::new(400, 120), __dnn::Place::new(520, 120)],
            );
            __dnn::tensor::copy(
                __dnn::tensor::batch_mut::<[T; 120]>(v4),
                __dnn::tensor::batch::<[T; 120]>(fc1),
            );
            __dnn::InPlace::<
                [T; 120],
            >::forward(
                &__dnn::Gelu {
                    approximate: __dnn::Approximate::Tanh,
                },
                pass,
                __dnn::tensor::batch_mut::<[T; 120]>(v4),
            );
            /// Dropout(0.2) [120] -> [120]: y = x / (1 - p) or 0, the latter with probability p
            let [v4] = __dnn::workspace::buffers(
                &mut *workspace,
                n,
                [__dnn::Place::new(520, 120)],
            );
            __dnn::InPlace::<
                [T; 120],
            >::forward(
                &__dnn::Dropout {
                    p: 0.2f64,
                    layer: 4u64,
                },
                pass,
                __dnn::tensor::batch_mut::<[T; 120]>(v4),
            );
            /// fc2: Linear<120, 84> [120] -> [84]: y = x Wᵀ + b
            let [v4, fc2] = __dnn::workspace::buffers(
                &mut *workspace,
                n,
                [__dnn::Place::new(520, 120), __dnn::Place::new(640, 84)],
            );
            __dnn::Op::<
                [T; 120],
                [T; 84],
            >::forward(
                &self.fc2,
                pass,
                __dnn::tensor::batch::<[T; 120]>(v4),
                __dnn::tensor::batch_mut::<[T; 84]>(fc2),
                &mut [],
            );
            /// Silu [84] -> [84]: y = x s(x), s the sigmoid
            let [fc2, v7] = __dnn::workspace::buffers(
                &mut *workspace,
                n,
                [__dnn::Place::new(640, 84), __dnn::Place::new(724, 84)],
            );
            __dnn::tensor::copy(
                __dnn::tensor::batch_mut::<[T; 84]>(v7),
                __dnn::tensor::batch::<[T; 84]>(fc2),
            );
            __dnn::InPlace::<
                [T; 84],
            >::forward(&__dnn::Silu, pass, __dnn::tensor::batch_mut::<[T; 84]>(v7));
            /// fc3: Linear<84, 10, bias = shared> [84] -> [10]: y = x Wᵀ + b
            let [v7] = __dnn::workspace::buffers(
                &mut *workspace,
                n,
                [__dnn::Place::new(724, 84)],
            );
            __dnn::Op::<
                [T; 84],
                [T; 10],
            >::forward(&self.fc3, pass, __dnn::tensor::batch::<[T; 84]>(v7), y, &mut []);
            /// LogSoftmax [10] -> [10]: y = x - ln sum e^x
            __dnn::InPlace::<
                [[T; 1]; 10],
            >::forward(
                &__dnn::LogSoftmax,
                pass,
                __dnn::tensor::view_mut::<_, [[T; 1]; 10]>(y),
            );
        }
        #[track_caller]
        fn backward(
            &self,
            pass: &__dnn::Pass,
            x: &[[[[T; 5]; 5]; 16]],
            y: &[[T; 10]],
            workspace: &mut [T],
            dy: &mut [[T; 10]],
            dx: ::core::option::Option<&mut [[[[T; 5]; 5]; 16]]>,
            dp: &mut Self,
        ) {
            let n = x.len();
            if !__dnn::workspace::check(
                n,
                [
                    ("y", y.len()),
                    ("dy", dy.len()),
                    ("dx", dx.as_deref().map_or(n, <[_]>::len)),
                ],
                workspace.len(),
                <Self as __dnn::Layer<[[[T; 5]; 5]; 16]>>::TRAIN,
            ) {
                if let ::core::option::Option::Some(dx) = dx {
                    __dnn::workspace::spoil(dx);
                }
                return __dnn::workspace::spoil(__dnn::Parameters::flat_mut(dp));
            }
            let mut dx = dx;
            /// LogSoftmax [10] -> [10]: dx = dy - e^y sum dy
            __dnn::InPlace::<
                [[T; 1]; 10],
            >::backward(
                &__dnn::LogSoftmax,
                pass,
                __dnn::tensor::view::<_, [[T; 1]; 10]>(y),
                __dnn::tensor::view_mut::<_, [[T; 1]; 10]>(dy),
            );
            /// fc3: Linear<84, 10, bias = shared> [84] -> [10]: dx = dy W, dW += dyᵀ x, db += sum of dy
            let [v7, dv7] = __dnn::workspace::buffers(
                &mut *workspace,
                n,
                [__dnn::Place::new(724, 84), __dnn::Place::new(808, 84)],
            );
            __dnn::Op::<
                [T; 84],
                [T; 10],
            >::backward(
                &self.fc3,
                pass,
                __dnn::tensor::batch::<[T; 84]>(v7),
                &[],
                &mut [],
                dy,
                ::core::option::Option::Some(__dnn::tensor::batch_mut::<[T; 84]>(dv7)),
                &mut dp.fc3,
            );
            /// Silu [84] -> [84]: dx = dy (s + x s (1 - s))
            let [fc2, dv7] = __dnn::workspace::buffers(
                &mut *workspace,
                n,
                [__dnn::Place::new(640, 84), __dnn::Place::new(808, 84)],
            );
            __dnn::InPlace::<
                [T; 84],
            >::backward(
                &__dnn::Silu,
                pass,
                __dnn::tensor::batch::<[T; 84]>(fc2),
                __dnn::tensor::batch_mut::<[T; 84]>(dv7),
            );
            /// fc2: Linear<120, 84> [120] -> [84]: dx = dy W, dW += dyᵀ x, db += sum of dy
            let [v4, dv7, dv5] = __dnn::workspace::buffers(
                &mut *workspace,
                n,
                [
                    __dnn::Place::new(520, 120),
                    __dnn::Place::new(808, 84),
                    __dnn::Place::new(640, 120),
                ],
            );
            __dnn::Op::<
                [T; 120],
                [T; 84],
            >::backward(
                &self.fc2,
                pass,
                __dnn::tensor::batch::<[T; 120]>(v4),
                &[],
                &mut [],
                __dnn::tensor::batch_mut::<[T; 84]>(dv7),
                ::core::option::Option::Some(__dnn::tensor::batch_mut::<[T; 120]>(dv5)),
                &mut dp.fc2,
            );
            /// Dropout(0.2) [120] -> [120]: dx = dy / (1 - p) or 0, by the same mask
            let [dv5] = __dnn::workspace::buffers(
                &mut *workspace,
                n,
                [__dnn::Place::new(640, 120)],
            );
            __dnn::InPlace::<
                [T; 120],
            >::backward(
                &__dnn::Dropout {
                    p: 0.2f64,
                    layer: 4u64,
                },
                pass,
                &[],
                __dnn::tensor::batch_mut::<[T; 120]>(dv5),
            );
            /// Gelu<approximate = tanh> [120] -> [120]: dx = dy (P(x) + x P'(x))
            let [fc1, dv5] = __dnn::workspace::buffers(
                &mut *workspace,
                n,
                [__dnn::Place::new(400, 120), __dnn::Place::new(640, 120)],
            );
            __dnn::InPlace::<
                [T; 120],
            >::backward(
                &__dnn::Gelu {
                    approximate: __dnn::Approximate::Tanh,
                },
                pass,
                __dnn::tensor::batch::<[T; 120]>(fc1),
                __dnn::tensor::batch_mut::<[T; 120]>(dv5),
            );
            /// fc1: Linear<400, 120, bias = false> [400] -> [120]: dx = dy W, dW += dyᵀ x
            let [v1, dv5] = __dnn::workspace::buffers(
                &mut *workspace,
                n,
                [__dnn::Place::new(0, 400), __dnn::Place::new(640, 120)],
            );
            __dnn::Op::<
                [T; 400],
                [T; 120],
            >::backward(
                &self.fc1,
                pass,
                __dnn::tensor::batch::<[T; 400]>(v1),
                &[],
                &mut [],
                __dnn::tensor::batch_mut::<[T; 120]>(dv5),
                dx.as_deref_mut().map(|dx| __dnn::tensor::view_mut::<_, [T; 400]>(dx)),
                &mut dp.fc1,
            );
            /// Relu [16, 5, 5] -> [16, 5, 5]: dx = dy where y > 0, else 0
            let [v1] = __dnn::workspace::buffers(
                &mut *workspace,
                n,
                [__dnn::Place::new(0, 400)],
            );
            if let ::core::option::Option::Some(dx) = dx.as_deref_mut() {
                __dnn::InPlace::<
                    [[[T; 5]; 5]; 16],
                >::backward(
                    &__dnn::Relu,
                    pass,
                    __dnn::tensor::batch::<[[[T; 5]; 5]; 16]>(v1),
                    __dnn::tensor::view_mut::<_, [[[T; 5]; 5]; 16]>(dx),
                );
            }
        }
    }
    #[diagnostic::do_not_recommend]
    unsafe impl<T: __dnn::Scalar> __dnn::Parameters for Classifier<T> {
        type Scalar = T;
        type Gradient = Self;
        const TABLE: &'static [__dnn::Entry] = __dnn::sealed::<
            Self,
        >(
            &[
                __dnn::Entry::Nested {
                    name: "fc1",
                    offset: ::core::mem::offset_of!(Self, fc1),
                    stride: 0,
                    count: ::core::option::Option::None,
                    table: <__dnn::Linear<400, 120, T, ()> as __dnn::Parameters>::TABLE,
                },
                __dnn::Entry::Nested {
                    name: "fc2",
                    offset: ::core::mem::offset_of!(Self, fc2),
                    stride: 0,
                    count: ::core::option::Option::None,
                    table: <__dnn::Linear<120, 84, T> as __dnn::Parameters>::TABLE,
                },
                __dnn::Entry::Nested {
                    name: "fc3",
                    offset: ::core::mem::offset_of!(Self, fc3),
                    stride: 0,
                    count: ::core::option::Option::None,
                    table: <__dnn::Linear<84, 10, T, [T; 1]> as __dnn::Parameters>::TABLE,
                },
            ],
        );
        #[allow(unused_variables)]
        fn init_in<__R: __dnn::Generator>(&mut self, rng: &mut __R) {
            <__dnn::Linear<
                400,
                120,
                T,
                (),
            > as __dnn::Parameters>::init_in(&mut self.fc1, rng);
            <__dnn::Linear<
                120,
                84,
                T,
            > as __dnn::Parameters>::init_in(&mut self.fc2, rng);
            <__dnn::Linear<
                84,
                10,
                T,
                [T; 1],
            > as __dnn::Parameters>::init_in(&mut self.fc3, rng);
        }
    }
    #[allow(dead_code)]
    type __U5 = __dnn::typenum::UInt<
        __dnn::typenum::UInt<
            __dnn::typenum::UInt<__dnn::typenum::UTerm, __dnn::typenum::B1>,
            __dnn::typenum::B0,
        >,
        __dnn::typenum::B1,
    >;
    #[allow(dead_code)]
    type __U10 = __dnn::typenum::UInt<
        __dnn::typenum::UInt<
            __dnn::typenum::UInt<
                __dnn::typenum::UInt<__dnn::typenum::UTerm, __dnn::typenum::B1>,
                __dnn::typenum::B0,
            >,
            __dnn::typenum::B1,
        >,
        __dnn::typenum::B0,
    >;
    #[allow(dead_code)]
    type __U16 = __dnn::typenum::UInt<
        __dnn::typenum::UInt<
            __dnn::typenum::UInt<
                __dnn::typenum::UInt<
                    __dnn::typenum::UInt<__dnn::typenum::UTerm, __dnn::typenum::B1>,
                    __dnn::typenum::B0,
                >,
                __dnn::typenum::B0,
            >,
            __dnn::typenum::B0,
        >,
        __dnn::typenum::B0,
    >;
    #[allow(dead_code)]
    type __U84 = __dnn::typenum::UInt<
        __dnn::typenum::UInt<
            __dnn::typenum::UInt<
                __dnn::typenum::UInt<
                    __dnn::typenum::UInt<
                        __dnn::typenum::UInt<
                            __dnn::typenum::UInt<
                                __dnn::typenum::UTerm,
                                __dnn::typenum::B1,
                            >,
                            __dnn::typenum::B0,
                        >,
                        __dnn::typenum::B1,
                    >,
                    __dnn::typenum::B0,
                >,
                __dnn::typenum::B1,
            >,
            __dnn::typenum::B0,
        >,
        __dnn::typenum::B0,
    >;
    #[allow(dead_code)]
    type __U120 = __dnn::typenum::UInt<
        __dnn::typenum::UInt<
            __dnn::typenum::UInt<
                __dnn::typenum::UInt<
                    __dnn::typenum::UInt<
                        __dnn::typenum::UInt<
                            __dnn::typenum::UInt<
                                __dnn::typenum::UTerm,
                                __dnn::typenum::B1,
                            >,
                            __dnn::typenum::B1,
                        >,
                        __dnn::typenum::B1,
                    >,
                    __dnn::typenum::B1,
                >,
                __dnn::typenum::B0,
            >,
            __dnn::typenum::B0,
        >,
        __dnn::typenum::B0,
    >;
    #[allow(dead_code)]
    type __U400 = __dnn::typenum::UInt<
        __dnn::typenum::UInt<
            __dnn::typenum::UInt<
                __dnn::typenum::UInt<
                    __dnn::typenum::UInt<
                        __dnn::typenum::UInt<
                            __dnn::typenum::UInt<
                                __dnn::typenum::UInt<
                                    __dnn::typenum::UInt<
                                        __dnn::typenum::UTerm,
                                        __dnn::typenum::B1,
                                    >,
                                    __dnn::typenum::B1,
                                >,
                                __dnn::typenum::B0,
                            >,
                            __dnn::typenum::B0,
                        >,
                        __dnn::typenum::B1,
                    >,
                    __dnn::typenum::B0,
                >,
                __dnn::typenum::B0,
            >,
            __dnn::typenum::B0,
        >,
        __dnn::typenum::B0,
    >;
    const _: () = __dnn::check::length(
        "Flatten",
        400,
        __dnn::shape::flatten(&[16usize, 5usize, 5usize]),
    );
    const _: () = __dnn::check::length(
        "Flatten",
        400,
        <__dnn::typenum::Prod<
            __dnn::typenum::Prod<__U16, __U5>,
            __U5,
        > as __dnn::typenum::Unsigned>::USIZE,
    );
    const _: () = __dnn::check::length(
        "fc1",
        48000,
        <__dnn::typenum::Prod<__U400, __U120> as __dnn::typenum::Unsigned>::USIZE,
    );
    const _: () = __dnn::check::length(
        "fc2",
        10080,
        <__dnn::typenum::Prod<__U120, __U84> as __dnn::typenum::Unsigned>::USIZE,
    );
    const _: () = __dnn::check::length(
        "fc3",
        840,
        <__dnn::typenum::Prod<__U84, __U10> as __dnn::typenum::Unsigned>::USIZE,
    );
    const _: () = __dnn::check::keeps(
        "Relu",
        __dnn::Keeps::Output,
        __dnn::kept::<[[[f32; 5]; 5]; 16], _>(&__dnn::Relu),
    );
    const _: () = __dnn::check::keeps(
        "Gelu",
        __dnn::Keeps::Input,
        __dnn::kept::<
            [f32; 120],
            _,
        >(
            &__dnn::Gelu {
                approximate: __dnn::Approximate::Tanh,
            },
        ),
    );
    const _: () = __dnn::check::keeps(
        "Dropout",
        __dnn::Keeps::Nothing,
        __dnn::kept::<
            [f32; 120],
            _,
        >(
            &__dnn::Dropout {
                p: 0.2f64,
                layer: 4u64,
            },
        ),
    );
    const _: () = __dnn::check::keeps(
        "Silu",
        __dnn::Keeps::Input,
        __dnn::kept::<[f32; 84], _>(&__dnn::Silu),
    );
    const _: () = __dnn::check::keeps(
        "LogSoftmax",
        __dnn::Keeps::Output,
        __dnn::kept::<[[f32; 1]; 10], _>(&__dnn::LogSoftmax),
    );
    const _: () = __dnn::check::length(
        "fc1",
        48000,
        __dnn::count(
            <__dnn::Linear<400, 120, f32, ()> as __dnn::Parameters>::TABLE,
            ::core::option::Option::None,
        ),
    );
    const _: () = __dnn::check::length(
        "fc2",
        10164,
        __dnn::count(
            <__dnn::Linear<120, 84> as __dnn::Parameters>::TABLE,
            ::core::option::Option::None,
        ),
    );
    const _: () = __dnn::check::length(
        "fc3",
        841,
        __dnn::count(
            <__dnn::Linear<84, 10, f32, [f32; 1]> as __dnn::Parameters>::TABLE,
            ::core::option::Option::None,
        ),
    );
};
