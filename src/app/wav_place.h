/* wav_place.h - where on the time line each packet's sound belongs.
 *
 * RTP timestamps say how packets follow each other, to the sample; arrivals say when. The timestamps are tied to the
 * clock by the least transit time of the packets around, and anew wherever they no longer go along with it: after a
 * restart, or after a pause during which the sender's timestamps stood still. A packet that was only held up stays in
 * its place. */
#ifndef VQ_APP_WAV_PLACE_H
#define VQ_APP_WAV_PLACE_H

#include "app/wav_spool.h"

/* Fills in `start`, `placed` and `late` of packets in order of arrival, and puts them into the order in which they are
 * played; copies are left without a place. `clock_hz[pt]`: 0 for what has no place. `buffer_ms`: of a fixed buffer, as
 * metrics/jbuf.h models it; NAN: however late. 0 or -ENOMEM. */
int wav_place(struct wav_packet *p, size_t n, const uint32_t clock_hz[128], double buffer_ms);

#endif
