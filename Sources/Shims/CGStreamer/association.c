// Numbers for SCTP associations.
//
// GStreamer's sctpenc and sctpdec find their common association in a table of the process by a number, which webrtcbin
// draws at random from 65,535. Two calls that draw the same one share an association: the second never opens its
// channel and hears nothing, and the first may get the second's data. With 30 calls open that is one call in 2,000.
// So each peer gets a number of its own.
#include "peer.h"

// The range of the elements' property, without 0.
#define ASSOCIATIONS 65535

static GMutex lock;
static guint8 taken[ASSOCIATIONS + 1];
static guint last;

guint viva_association_take(void) {
    guint number = 0;
    g_mutex_lock(&lock);
    // The search starts behind the last number given, so that one is used again as late as possible.
    for (guint step = 0; step < ASSOCIATIONS && number == 0; step++) {
        last = last % ASSOCIATIONS + 1;
        if (!taken[last]) {
            taken[last] = TRUE;
            number = last;
        }
    }
    g_mutex_unlock(&lock);
    return number;
}

void viva_association_give_back(guint number) {
    g_mutex_lock(&lock);
    taken[number] = FALSE;
    g_mutex_unlock(&lock);
}
