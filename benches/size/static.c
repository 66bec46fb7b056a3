// W2_adam of `peers/static.c` and nothing else: twenty steps, and the loss of the last one.
#define main everything
#include "../peers/static.c"
#undef main

int main(void) {
    adam = 1;
    mlp_start();
    mlp_steps(20);
    printf("%.6f\n", loss);
}
