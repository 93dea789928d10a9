// The part of ONNX Runtime's C interface that Viva uses, loaded by path at run time.
//
// No header of the library is needed: GetApi(23) returns a table of function pointers whose order is append-only, and
// OnnxRuntime.c names the slots in use. All types are opaque. Every function that can fail takes a buffer for the
// library's message, copies it there (cut, always terminated) and returns nonzero. Nothing here decides anything.
#ifndef C_ONNX_RUNTIME_H
#define C_ONNX_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// Room for a message of the library, terminator included.
#define VIVA_ORT_MESSAGE_CAPACITY 512
// The most dimensions a tensor of ours has.
#define VIVA_ORT_MAXIMUM_RANK 8

// Results of viva_ort_load; every other function returns VIVA_ORT_OK or VIVA_ORT_FAILED.
enum {
    VIVA_ORT_OK = 0,
    VIVA_ORT_CANNOT_OPEN = 1,    // dlopen refused the file
    VIVA_ORT_NOT_THE_LIBRARY = 2, // opened, but OrtGetApiBase is missing
    VIVA_ORT_TOO_OLD = 3,         // the library does not offer version 23 of its interface
    VIVA_ORT_FAILED = 4,
};

// Element types, with the library's own numbers (ONNXTensorElementDataType).
enum { VIVA_ORT_FLOAT = 1, VIVA_ORT_INT64 = 7, VIVA_ORT_BOOL = 9 };

// The loaded library with its environment, description of processor memory and default allocator.
typedef struct viva_ort viva_ort;
typedef struct viva_ort_session viva_ort_session;
typedef struct viva_ort_value viva_ort_value;
typedef struct viva_ort_run_options viva_ort_run_options;

// Opens the library. It stays open until the process ends: it keeps threads and thread-local data of its own.
int viva_ort_load(const char *path, viva_ort *_Nullable *_Nonnull runtime, char *message);
// The library's version, such as "1.31.1". Lives as long as the process.
const char *viva_ort_version(const viva_ort *runtime);

// Loads a model (.onnx or .ort) with `threads` threads inside one operator and one operator at a time.
// With `avoids_overflow` processors without VNNI multiply 8-bit numbers in a slower way, in which no sum overflows.
int viva_ort_session_create(
    const viva_ort *runtime, const char *path, int threads, bool avoids_overflow, viva_ort_session *_Nullable *_Nonnull session,
    char *message);
int viva_ort_session_count(const viva_ort *runtime, const viva_ort_session *session, bool outputs, size_t *count, char *message);
// Copies the name of an input or output into `name` (cut to `capacity`, always terminated).
int viva_ort_session_name(
    const viva_ort *runtime, const viva_ort_session *session, bool output, size_t index, char *name, size_t capacity, char *message);
void viva_ort_session_release(const viva_ort *runtime, viva_ort_session *session);

// Makes a tensor over memory of the caller. Nothing is copied: `data` must stay valid until the value is released, and
// must be a valid pointer even when the tensor is empty.
int viva_ort_value_create(
    const viva_ort *runtime, int type, void *data, size_t bytes, const int64_t *_Nullable dimensions, size_t rank,
    viva_ort_value *_Nullable *_Nonnull value, char *message);
// Reads element type and shape. Fails when the value has more than VIVA_ORT_MAXIMUM_RANK dimensions.
int viva_ort_value_shape(
    const viva_ort *runtime, const viva_ort_value *value, int *type, int64_t *dimensions, size_t *rank, char *message);
int viva_ort_value_data(const viva_ort *runtime, viva_ort_value *value, void *_Nullable *_Nonnull data, char *message);
void viva_ort_value_release(const viva_ort *runtime, viva_ort_value *value);

int viva_ort_run_options_create(const viva_ort *runtime, viva_ort_run_options *_Nullable *_Nonnull options, char *message);
// Makes every present and future run with these options end with an error soon. May be called from any thread.
int viva_ort_run_options_terminate(const viva_ort *runtime, viva_ort_run_options *options, char *message);
void viva_ort_run_options_release(const viva_ort *runtime, viva_ort_run_options *options);

// Runs a model. `outputs` receives new values that the caller releases; on failure it holds only NULLs.
int viva_ort_run(
    const viva_ort *runtime, viva_ort_session *session, const viva_ort_run_options *_Nullable options,
    const char *_Nonnull const *_Nonnull input_names, const viva_ort_value *_Nonnull const *_Nonnull inputs, size_t input_count,
    const char *_Nonnull const *_Nonnull output_names, viva_ort_value *_Nullable *_Nonnull outputs, size_t output_count, char *message);

#pragma clang assume_nonnull end

#endif
