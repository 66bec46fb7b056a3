/// Two layers of two.
///
/**| layer | type | in | out | parameters | MACs | bytes |
|---|---|---|---|--:|--:|--:|
| `hidden` | `Linear<2, 2>` | `[2]` | `[2]` | `6` | `4` | `24` |
|  | `Sigmoid` | `[2]` | `[2]` | `0` | `0` | `0` |
| `output` | `Linear<2, 2>` | `[2]` | `[2]` | `6` | `4` | `24` |
|  | `Sigmoid` | `[2]` | `[2]` | `0` | `0` | `0` |
| | total | | | `12` | `8` | `48` |

Workspace in `f32`: `8` bytes to predict one sample, `16` bytes a sample to train.*/
#[repr(C)]
pub struct Mazur {
    ///`Linear<2, 2>`: `[2]` to `[2]`
    pub hidden: ::dnn::__private::Linear<2, 2>,
    ///`Linear<2, 2>`: `[2]` to `[2]`
    pub output: ::dnn::__private::Linear<2, 2>,
}
#[allow(unused_qualifications)]
const _: () = {
    use ::dnn::__private as __dnn;
    #[allow(dead_code, unused_variables)]
    impl Mazur {
        /// The number of trained scalars.
        pub const PARAMETERS: usize = 6 + 6;
        /// Multiply-accumulates for one sample.
        pub const MACS: usize = 4 + 4;
        /// Bytes of the parameters.
        pub const PARAMETER_BYTES: usize = Self::PARAMETERS
            * ::core::mem::size_of::<f32>();
        /// Bytes of scratch, on the stack, that `predict` takes for one sample.
        pub const INFERENCE_BYTES: usize = Self::inference_workspace(1)
            * ::core::mem::size_of::<f32>();
        /// Bytes that training keeps for one sample: the workspace of forward and backward.
        pub const TRAINING_BYTES: usize = Self::training_workspace(1)
            * ::core::mem::size_of::<f32>();
        /// Scalars of workspace that inference takes for `batch` samples.
        pub const fn inference_workspace(batch: usize) -> usize {
            <Self as __dnn::Layer<[f32; 2]>>::INFER.len(batch)
        }
        /// Scalars of workspace that `forward` and `backward` take for `batch` samples.
        pub const fn training_workspace(batch: usize) -> usize {
            <Self as __dnn::Layer<[f32; 2]>>::TRAIN.len(batch)
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
        pub fn predict(&self, x: &[f32; 2]) -> [f32; 2] {
            let mut y = [__dnn::tensor::zero::<[f32; 2]>()];
            let mut workspace = [<f32 as __dnn::Scalar>::ZERO; <Mazur as __dnn::Layer<
                [f32; 2],
            >>::INFER
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
                name: "Mazur",
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
            predict_batch(& self, x : & [[f32; 2]]) -> __dnn::Vec < [f32; 2] > {
            __dnn::predict_batch(self, x) } #[doc =
            r" A network with PyTorch's default initialisation on the heap, built in place however large it is."]
            pub fn boxed < __R : __dnn::Generator > (rng : & mut __R) -> __dnn::Box <
            Self > { __dnn::boxed(rng) }
        }
    }
    #[diagnostic::do_not_recommend]
    impl __dnn::Network for Mazur {
        type Input = [f32; 2];
        type Record = [f32; <Mazur as __dnn::Layer<[f32; 2]>>::TRAIN.sample];
        type Shared = [f32; <Mazur as __dnn::Layer<[f32; 2]>>::TRAIN.batch];
        const NAME: &'static str = "Mazur";
        const LAYERS: &'static [__dnn::LayerInfo] = &[
            __dnn::LayerInfo {
                name: "hidden",
                kind: "Linear<2, 2>",
                input: &[2usize],
                output: &[2usize],
                parameters: 6,
                macs: 4,
            },
            __dnn::LayerInfo {
                name: "",
                kind: "Sigmoid",
                input: &[2usize],
                output: &[2usize],
                parameters: 0,
                macs: 0,
            },
            __dnn::LayerInfo {
                name: "output",
                kind: "Linear<2, 2>",
                input: &[2usize],
                output: &[2usize],
                parameters: 6,
                macs: 4,
            },
            __dnn::LayerInfo {
                name: "",
                kind: "Sigmoid",
                input: &[2usize],
                output: &[2usize],
                parameters: 0,
                macs: 0,
            },
        ];
    }
    __dnn::with_alloc! {
        #[diagnostic::do_not_recommend] impl __dnn::IntoBox for Mazur { type Network =
        Self; fn boxed(self) -> __dnn::Box < Self > { __dnn::Box::new(self) } }
    }
    #[allow(unused_doc_comments, unused_variables, clippy::too_many_arguments)]
    #[diagnostic::do_not_recommend]
    impl __dnn::Layer<[f32; 2]> for Mazur {
        type Output = [f32; 2];
        const INFER: __dnn::Extent = __dnn::Extent::new(2, 0);
        const TRAIN: __dnn::Extent = __dnn::Extent::new(4, 0);
        const MACS: usize = 8usize;
        #[track_caller]
        fn infer(&self, x: &[[f32; 2]], y: &mut [[f32; 2]], workspace: &mut [f32]) {
            let n = x.len();
            if !__dnn::workspace::check(
                n,
                [("y", y.len())],
                workspace.len(),
                <Self as __dnn::Layer<[f32; 2]>>::INFER,
            ) {
                return __dnn::workspace::spoil(y);
            }
            /// hidden: Linear<2, 2> [2] -> [2]: y = x Wᵀ + b
            let [hidden] = __dnn::workspace::buffers(
                &mut *workspace,
                n,
                [__dnn::Place::new(0, 2)],
            );
            __dnn::Op::<
                [f32; 2],
                [f32; 2],
            >::infer(
                &self.hidden,
                x,
                __dnn::tensor::batch_mut::<[f32; 2]>(hidden),
                &mut [],
            );
            /// Sigmoid [2] -> [2]: y = 1 / (1 + e^-x)
            let [hidden] = __dnn::workspace::buffers(
                &mut *workspace,
                n,
                [__dnn::Place::new(0, 2)],
            );
            __dnn::InPlace::<
                [f32; 2],
            >::infer(&__dnn::Sigmoid, __dnn::tensor::batch_mut::<[f32; 2]>(hidden));
            /// output: Linear<2, 2> [2] -> [2]: y = x Wᵀ + b
            let [hidden] = __dnn::workspace::buffers(
                &mut *workspace,
                n,
                [__dnn::Place::new(0, 2)],
            );
            __dnn::Op::<
                [f32; 2],
                [f32; 2],
            >::infer(&self.output, __dnn::tensor::batch::<[f32; 2]>(hidden), y, &mut []);
            /// Sigmoid [2] -> [2]: y = 1 / (1 + e^-x)
            __dnn::InPlace::<[f32; 2]>::infer(&__dnn::Sigmoid, y);
        }
        #[track_caller]
        fn forward(
            &self,
            pass: &__dnn::Pass,
            x: &[[f32; 2]],
            y: &mut [[f32; 2]],
            workspace: &mut [f32],
        ) {
            let n = x.len();
            if !__dnn::workspace::check(
                n,
                [("y", y.len())],
                workspace.len(),
                <Self as __dnn::Layer<[f32; 2]>>::TRAIN,
            ) {
                return __dnn::workspace::spoil(y);
            }
            /// hidden: Linear<2, 2> [2] -> [2]: y = x Wᵀ + b
            let [hidden] = __dnn::workspace::buffers(
                &mut *workspace,
                n,
                [__dnn::Place::new(0, 2)],
            );
            __dnn::Op::<
                [f32; 2],
                [f32; 2],
            >::forward(
                &self.hidden,
                pass,
                x,
                __dnn::tensor::batch_mut::<[f32; 2]>(hidden),
                &mut [],
            );
            /// Sigmoid [2] -> [2]: y = 1 / (1 + e^-x)
            let [hidden] = __dnn::workspace::buffers(
                &mut *workspace,
                n,
                [__dnn::Place::new(0, 2)],
            );
            __dnn::InPlace::<
                [f32; 2],
            >::forward(
                &__dnn::Sigmoid,
                pass,
                __dnn::tensor::batch_mut::<[f32; 2]>(hidden),
            );
            /// output: Linear<2, 2> [2] -> [2]: y = x Wᵀ + b
            let [hidden] = __dnn::workspace::buffers(
                &mut *workspace,
                n,
                [__dnn::Place::new(0, 2)],
            );
            __dnn::Op::<
                [f32; 2],
                [f32; 2],
            >::forward(
                &self.output,
                pass,
                __dnn::tensor::batch::<[f32; 2]>(hidden),
                y,
                &mut [],
            );
            /// Sigmoid [2] -> [2]: y = 1 / (1 + e^-x)
            __dnn::InPlace::<[f32; 2]>::forward(&__dnn::Sigmoid, pass, y);
        }
        #[track_caller]
        fn backward(
            &self,
            pass: &__dnn::Pass,
            x: &[[f32; 2]],
            y: &[[f32; 2]],
            workspace: &mut [f32],
            dy: &mut [[f32; 2]],
            dx: ::core::option::Option<&mut [[f32; 2]]>,
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
                <Self as __dnn::Layer<[f32; 2]>>::TRAIN,
            ) {
                if let ::core::option::Option::Some(dx) = dx {
                    __dnn::workspace::spoil(dx);
                }
                return __dnn::workspace::spoil(__dnn::Parameters::flat_mut(dp));
            }
            /// Sigmoid [2] -> [2]: dx = dy y (1 - y)
            __dnn::InPlace::<[f32; 2]>::backward(&__dnn::Sigmoid, pass, &*y, dy);
            /// output: Linear<2, 2> [2] -> [2]: dx = dy W, dW += dyᵀ x, db += sum of dy
            let [hidden, dv2] = __dnn::workspace::buffers(
                &mut *workspace,
                n,
                [__dnn::Place::new(0, 2), __dnn::Place::new(2, 2)],
            );
            __dnn::Op::<
                [f32; 2],
                [f32; 2],
            >::backward(
                &self.output,
                pass,
                __dnn::tensor::batch::<[f32; 2]>(hidden),
                &[],
                &mut [],
                dy,
                ::core::option::Option::Some(__dnn::tensor::batch_mut::<[f32; 2]>(dv2)),
                &mut dp.output,
            );
            /// Sigmoid [2] -> [2]: dx = dy y (1 - y)
            let [hidden, dv2] = __dnn::workspace::buffers(
                &mut *workspace,
                n,
                [__dnn::Place::new(0, 2), __dnn::Place::new(2, 2)],
            );
            __dnn::InPlace::<
                [f32; 2],
            >::backward(
                &__dnn::Sigmoid,
                pass,
                __dnn::tensor::batch::<[f32; 2]>(hidden),
                __dnn::tensor::batch_mut::<[f32; 2]>(dv2),
            );
            /// hidden: Linear<2, 2> [2] -> [2]: dx = dy W, dW += dyᵀ x, db += sum of dy
            let [dv2] = __dnn::workspace::buffers(
                &mut *workspace,
                n,
                [__dnn::Place::new(2, 2)],
            );
            __dnn::Op::<
                [f32; 2],
                [f32; 2],
            >::backward(
                &self.hidden,
                pass,
                x,
                &[],
                &mut [],
                __dnn::tensor::batch_mut::<[f32; 2]>(dv2),
                dx,
                &mut dp.hidden,
            );
        }
    }
    #[diagnostic::do_not_recommend]
    unsafe impl __dnn::Parameters for Mazur {
        type Scalar = f32;
        type Gradient = Self;
        const TABLE: &'static [__dnn::Entry] = __dnn::sealed::<
            Self,
        >(
            &[
                __dnn::Entry::Nested {
                    name: "hidden",
                    offset: ::core::mem::offset_of!(Self, hidden),
                    stride: 0,
                    count: ::core::option::Option::None,
                    table: <__dnn::Linear<2, 2> as __dnn::Parameters>::TABLE,
                },
                __dnn::Entry::Nested {
                    name: "output",
                    offset: ::core::mem::offset_of!(Self, output),
                    stride: 0,
                    count: ::core::option::Option::None,
                    table: <__dnn::Linear<2, 2> as __dnn::Parameters>::TABLE,
                },
            ],
        );
        #[allow(unused_variables)]
        fn init_in<__R: __dnn::Generator>(&mut self, rng: &mut __R) {
            <__dnn::Linear<2, 2> as __dnn::Parameters>::init_in(&mut self.hidden, rng);
            <__dnn::Linear<2, 2> as __dnn::Parameters>::init_in(&mut self.output, rng);
        }
    }
    #[allow(dead_code)]
    type __U2 = __dnn::typenum::UInt<
        __dnn::typenum::UInt<__dnn::typenum::UTerm, __dnn::typenum::B1>,
        __dnn::typenum::B0,
    >;
    const _: () = __dnn::check::length(
        "hidden",
        4,
        <__dnn::typenum::Prod<__U2, __U2> as __dnn::typenum::Unsigned>::USIZE,
    );
    const _: () = __dnn::check::length(
        "output",
        4,
        <__dnn::typenum::Prod<__U2, __U2> as __dnn::typenum::Unsigned>::USIZE,
    );
    const _: () = __dnn::check::keeps(
        "Sigmoid",
        __dnn::Keeps::Output,
        __dnn::kept::<[f32; 2], _>(&__dnn::Sigmoid),
    );
    const _: () = __dnn::check::keeps(
        "Sigmoid",
        __dnn::Keeps::Output,
        __dnn::kept::<[f32; 2], _>(&__dnn::Sigmoid),
    );
    const _: () = __dnn::check::length(
        "hidden",
        6,
        __dnn::count(
            <__dnn::Linear<2, 2> as __dnn::Parameters>::TABLE,
            ::core::option::Option::None,
        ),
    );
    const _: () = __dnn::check::length(
        "output",
        6,
        __dnn::count(
            <__dnn::Linear<2, 2> as __dnn::Parameters>::TABLE,
            ::core::option::Option::None,
        ),
    );
};
