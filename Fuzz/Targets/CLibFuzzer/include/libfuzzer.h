#pragma once
#include <stddef.h>
#include <stdint.h>

/// libFuzzer as a library (LLVM documentation, "Using libFuzzer as a library"). Linked by `-sanitize=fuzzer`.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*test)(const uint8_t *data, size_t size));
