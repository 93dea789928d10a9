// What Swift's Glibc module does not offer in a stable way: a named detached thread, and a clock to sleep on.
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

#include "CGStreamer.h"

#define NANOSECONDS_PER_SECOND 1000000000ull

struct start {
    const char *name;
    void (*body)(void *context);
    void *context;
};

static void *run(void *argument) {
    struct start start = *(struct start *)argument;
    free(argument);
    prctl(PR_SET_NAME, start.name, 0, 0, 0);
    start.body(start.context);
    return NULL;
}

bool viva_thread_start(const char *name, void (*body)(void *context), void *context) {
    struct start *start = malloc(sizeof *start);
    if (start == NULL) {
        return false;
    }
    *start = (struct start){.name = name, .body = body, .context = context};
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    int failure = pthread_create(&thread, &attributes, run, start);
    pthread_attr_destroy(&attributes);
    if (failure != 0) {
        free(start);
    }
    return failure == 0;
}

uint64_t viva_monotonic_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * NANOSECONDS_PER_SECOND + (uint64_t)time.tv_nsec;
}

void viva_monotonic_sleep_until(uint64_t instant) {
    struct timespec time = {.tv_sec = (time_t)(instant / NANOSECONDS_PER_SECOND), .tv_nsec = (long)(instant % NANOSECONDS_PER_SECOND)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == EINTR) {
    }
}
