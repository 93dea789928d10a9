// What Swift's Glibc module does not offer in a stable way: a named detached thread, its priority, and a clock to sleep on.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
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

// The lowest real-time priorities are above everything that is not real-time. The thread that paces all calls goes before those that
// encode and decode one of them: behind these it would be late for everybody whenever the processors are scarce.
#define MEDIA_PRIORITY 1
#define PACING_PRIORITY 2
// Where that is not permitted; with an RLIMIT_NICE of 30 or the capability it is.
#define MEDIA_NICENESS (-10)

bool viva_thread_moves_media(bool paces) {
    // A child or thread that this one starts is an ordinary one again.
    struct sched_param parameters = {.sched_priority = paces ? PACING_PRIORITY : MEDIA_PRIORITY};
    if (sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &parameters) == 0) {
        return true;
    }
    parameters.sched_priority = 0;
    (void)sched_setscheduler(0, SCHED_OTHER | SCHED_RESET_ON_FORK, &parameters);
    return setpriority(PRIO_PROCESS, 0, MEDIA_NICENESS) == 0;
}

void viva_thread_is_ordinary(void) {
    // The flag stays: taking it away needs a permission, and it changes nothing for an ordinary thread.
    struct sched_param parameters = {.sched_priority = 0};
    (void)sched_setscheduler(0, SCHED_OTHER | SCHED_RESET_ON_FORK, &parameters);
    if (getpriority(PRIO_PROCESS, 0) == MEDIA_NICENESS) {
        (void)setpriority(PRIO_PROCESS, 0, 0);
    }
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
