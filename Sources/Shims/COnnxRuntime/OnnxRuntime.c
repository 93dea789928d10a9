#include "COnnxRuntime.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

// The version of the interface whose slots are named below. 1.23 and every later library offers it.
enum { API_VERSION = 23 };

// Slots of the function table (order of `struct OrtApi` in onnxruntime_c_api.h, append-only by the project's own rule).
enum {
    GET_ERROR_MESSAGE = 2,
    CREATE_ENV = 3,
    CREATE_SESSION = 7,
    RUN = 9,
    CREATE_SESSION_OPTIONS = 10,
    SET_GRAPH_OPTIMIZATION_LEVEL = 23,
    SET_INTRA_OP_NUM_THREADS = 24,
    SET_INTER_OP_NUM_THREADS = 25,
    SESSION_GET_INPUT_COUNT = 30,
    SESSION_GET_OUTPUT_COUNT = 31,
    SESSION_GET_INPUT_NAME = 36,
    SESSION_GET_OUTPUT_NAME = 37,
    CREATE_RUN_OPTIONS = 39,
    RUN_OPTIONS_SET_TERMINATE = 46,
    CREATE_TENSOR_WITH_DATA = 49,
    GET_TENSOR_MUTABLE_DATA = 51,
    GET_TENSOR_ELEMENT_TYPE = 60,
    GET_DIMENSIONS_COUNT = 61,
    GET_DIMENSIONS = 62,
    GET_TENSOR_TYPE_AND_SHAPE = 65,
    CREATE_CPU_MEMORY_INFO = 69,
    ALLOCATOR_FREE = 76,
    GET_ALLOCATOR_WITH_DEFAULT_OPTIONS = 78,
    RELEASE_STATUS = 93,
    RELEASE_SESSION = 95,
    RELEASE_VALUE = 96,
    RELEASE_RUN_OPTIONS = 97,
    RELEASE_TENSOR_TYPE_AND_SHAPE_INFO = 99,
    RELEASE_SESSION_OPTIONS = 100,
    ADD_SESSION_CONFIG_ENTRY = 130,
};

enum { LOG_LEVEL_ERROR = 3, OPTIMIZE_ALL = 99 };

typedef void *status;
typedef void (*function)(void);

struct viva_ort {
    const function *table;
    const char *version;
    void *environment;
    void *memory;
    void *allocator;
};

struct api_base {
    const function *(*get_api)(uint32_t version);
    const char *(*get_version)(void);
};

// A slot as a function of the given result and parameters.
#define SLOT(runtime, slot, result, ...) ((result(*)(__VA_ARGS__))(runtime)->table[slot])

static void copy_text(char *to, size_t capacity, const char *text) {
    strncpy(to, text ? text : "", capacity - 1);
    to[capacity - 1] = 0;
}

// Copies and releases the status of a failed call.
static int check(const viva_ort *runtime, status failure, char *message) {
    if (!failure) return VIVA_ORT_OK;
    copy_text(message, VIVA_ORT_MESSAGE_CAPACITY, SLOT(runtime, GET_ERROR_MESSAGE, const char *, const void *)(failure));
    SLOT(runtime, RELEASE_STATUS, void, void *)(failure);
    return VIVA_ORT_FAILED;
}

int viva_ort_load(const char *path, viva_ort **runtime, char *message) {
    *runtime = NULL;
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        copy_text(message, VIVA_ORT_MESSAGE_CAPACITY, dlerror());
        return VIVA_ORT_CANNOT_OPEN;
    }
    const struct api_base *(*get_base)(void) = (const struct api_base *(*)(void))dlsym(library, "OrtGetApiBase");
    if (!get_base) {
        copy_text(message, VIVA_ORT_MESSAGE_CAPACITY, "OrtGetApiBase is missing");
        dlclose(library);
        return VIVA_ORT_NOT_THE_LIBRARY;
    }
    const struct api_base *base = get_base();
    const function *table = base ? base->get_api(API_VERSION) : NULL;
    if (!table) {
        copy_text(message, VIVA_ORT_MESSAGE_CAPACITY, base ? base->get_version() : "no interface");
        return VIVA_ORT_TOO_OLD;
    }
    viva_ort *made = calloc(1, sizeof *made);
    if (!made) {
        copy_text(message, VIVA_ORT_MESSAGE_CAPACITY, "out of memory");
        return VIVA_ORT_FAILED;
    }
    made->table = table;
    made->version = base->get_version();
    int failed = check(made, SLOT(made, CREATE_ENV, status, int, const char *, void **)(LOG_LEVEL_ERROR, "viva", &made->environment), message);
    if (!failed) failed = check(made, SLOT(made, CREATE_CPU_MEMORY_INFO, status, int, int, void **)(0, 0, &made->memory), message);
    if (!failed) failed = check(made, SLOT(made, GET_ALLOCATOR_WITH_DEFAULT_OPTIONS, status, void **)(&made->allocator), message);
    if (failed) {
        free(made);
        return VIVA_ORT_FAILED;
    }
    *runtime = made;
    return VIVA_ORT_OK;
}

const char *viva_ort_version(const viva_ort *runtime) { return runtime->version; }

// Whether this processor adds products of 8-bit numbers in 16 bits, which do not always hold them.
static bool sums_overflow(void) {
#if defined(__x86_64__)
    return !__builtin_cpu_supports("avx512vnni") && !__builtin_cpu_supports("avxvnni");
#else
    return false;
#endif
}

int viva_ort_session_create(
    const viva_ort *runtime, const char *path, int threads, bool avoids_overflow, viva_ort_session **session, char *message) {
    *session = NULL;
    void *options = NULL;
    if (check(runtime, SLOT(runtime, CREATE_SESSION_OPTIONS, status, void **)(&options), message)) return VIVA_ORT_FAILED;
    int failed = check(runtime, SLOT(runtime, SET_INTRA_OP_NUM_THREADS, status, void *, int)(options, threads), message);
    if (!failed) failed = check(runtime, SLOT(runtime, SET_INTER_OP_NUM_THREADS, status, void *, int)(options, 1), message);
    if (!failed) failed = check(runtime, SLOT(runtime, SET_GRAPH_OPTIMIZATION_LEVEL, status, void *, int)(options, OPTIMIZE_ALL), message);
    // The key is of onnxruntime_session_options_config_keys.h; the network of the voice cannot be loaded with it.
    if (!failed && avoids_overflow && sums_overflow()) {
        failed = check(
            runtime,
            SLOT(runtime, ADD_SESSION_CONFIG_ENTRY, status, void *, const char *, const char *)(options, "session.x64quantprecision", "1"),
            message);
    }
    if (!failed) {
        failed = check(
            runtime,
            SLOT(runtime, CREATE_SESSION, status, const void *, const char *, const void *, void **)(
                runtime->environment, path, options, (void **)session),
            message);
    }
    SLOT(runtime, RELEASE_SESSION_OPTIONS, void, void *)(options);
    return failed;
}

int viva_ort_session_count(const viva_ort *runtime, const viva_ort_session *session, bool outputs, size_t *count, char *message) {
    int slot = outputs ? SESSION_GET_OUTPUT_COUNT : SESSION_GET_INPUT_COUNT;
    return check(runtime, SLOT(runtime, slot, status, const void *, size_t *)(session, count), message);
}

int viva_ort_session_name(
    const viva_ort *runtime, const viva_ort_session *session, bool output, size_t index, char *name, size_t capacity, char *message) {
    int slot = output ? SESSION_GET_OUTPUT_NAME : SESSION_GET_INPUT_NAME;
    char *text = NULL;
    int failed = check(
        runtime, SLOT(runtime, slot, status, const void *, size_t, void *, char **)(session, index, runtime->allocator, &text), message);
    if (failed) return failed;
    copy_text(name, capacity, text);
    return check(runtime, SLOT(runtime, ALLOCATOR_FREE, status, void *, void *)(runtime->allocator, text), message);
}

void viva_ort_session_release(const viva_ort *runtime, viva_ort_session *session) {
    SLOT(runtime, RELEASE_SESSION, void, void *)(session);
}

int viva_ort_value_create(
    const viva_ort *runtime, int type, void *data, size_t bytes, const int64_t *dimensions, size_t rank, viva_ort_value **value,
    char *message) {
    *value = NULL;
    return check(
        runtime,
        SLOT(runtime, CREATE_TENSOR_WITH_DATA, status, const void *, void *, size_t, const int64_t *, size_t, int, void **)(
            runtime->memory, data, bytes, dimensions, rank, type, (void **)value),
        message);
}

int viva_ort_value_shape(
    const viva_ort *runtime, const viva_ort_value *value, int *type, int64_t *dimensions, size_t *rank, char *message) {
    void *shape = NULL;
    *rank = 0;
    if (check(runtime, SLOT(runtime, GET_TENSOR_TYPE_AND_SHAPE, status, const void *, void **)(value, &shape), message)) {
        return VIVA_ORT_FAILED;
    }
    int failed = check(runtime, SLOT(runtime, GET_TENSOR_ELEMENT_TYPE, status, const void *, int *)(shape, type), message);
    if (!failed) failed = check(runtime, SLOT(runtime, GET_DIMENSIONS_COUNT, status, const void *, size_t *)(shape, rank), message);
    if (!failed && *rank > VIVA_ORT_MAXIMUM_RANK) {
        copy_text(message, VIVA_ORT_MESSAGE_CAPACITY, "tensor has too many dimensions");
        failed = VIVA_ORT_FAILED;
    }
    if (!failed) {
        failed = check(runtime, SLOT(runtime, GET_DIMENSIONS, status, const void *, int64_t *, size_t)(shape, dimensions, *rank), message);
    }
    SLOT(runtime, RELEASE_TENSOR_TYPE_AND_SHAPE_INFO, void, void *)(shape);
    return failed;
}

int viva_ort_value_data(const viva_ort *runtime, viva_ort_value *value, void **data, char *message) {
    *data = NULL;
    return check(runtime, SLOT(runtime, GET_TENSOR_MUTABLE_DATA, status, void *, void **)(value, data), message);
}

void viva_ort_value_release(const viva_ort *runtime, viva_ort_value *value) { SLOT(runtime, RELEASE_VALUE, void, void *)(value); }

int viva_ort_run_options_create(const viva_ort *runtime, viva_ort_run_options **options, char *message) {
    *options = NULL;
    return check(runtime, SLOT(runtime, CREATE_RUN_OPTIONS, status, void **)((void **)options), message);
}

int viva_ort_run_options_terminate(const viva_ort *runtime, viva_ort_run_options *options, char *message) {
    return check(runtime, SLOT(runtime, RUN_OPTIONS_SET_TERMINATE, status, void *)(options), message);
}

void viva_ort_run_options_release(const viva_ort *runtime, viva_ort_run_options *options) {
    SLOT(runtime, RELEASE_RUN_OPTIONS, void, void *)(options);
}

int viva_ort_run(
    const viva_ort *runtime, viva_ort_session *session, const viva_ort_run_options *options, const char *const *input_names,
    const viva_ort_value *const *inputs, size_t input_count, const char *const *output_names, viva_ort_value **outputs,
    size_t output_count, char *message) {
    for (size_t index = 0; index < output_count; index++) outputs[index] = NULL;
    int failed = check(
        runtime,
        SLOT(runtime, RUN, status, void *, const void *, const char *const *, const viva_ort_value *const *, size_t, const char *const *, size_t, viva_ort_value **)(
            session, options, input_names, inputs, input_count, output_names, output_count, outputs),
        message);
    if (!failed) return VIVA_ORT_OK;
    for (size_t index = 0; index < output_count; index++) {
        if (outputs[index]) viva_ort_value_release(runtime, outputs[index]);
        outputs[index] = NULL;
    }
    return failed;
}
