/* wav_spool.h - the payloads of all streams, kept in one file without a name until the capture has ended.
 *
 * Memory holds 16 bytes for each stream; a stream's records are chained backwards in the file, so that nothing that was
 * written is touched again. */
#ifndef VQ_APP_WAV_SPOOL_H
#define VQ_APP_WAV_SPOOL_H

#include <voipqos/engine.h>

/* A packet as it was noted. */
struct wav_packet {
    int64_t ts;          /* arrival */
    uint64_t at;         /* where its payload stands in the spool */
    uint32_t timestamp;
    uint16_t seq, n;     /* n: bytes of payload */
    uint8_t pt;
    bool late;           /* wav_place() found: the buffer would have discarded it */
    bool placed;         /* ... and: `start` holds */
    int64_t start;       /* where it belongs, ns since the epoch */
};

#define WAV_PACKETS_MAX (1u << 21) /* of one stream: 11 hours of 20 ms; later ones are left out */

struct wav_spool;
int wav_spool_open(struct wav_spool **out, const char *folder); /* 0 or -Exxx */
void wav_spool_close(struct wav_spool *sp);
/* A vq_tap_h; `arg` is the spool. Once the disk is full packets are let go. */
void wav_spool_tap(const struct vq_tapped *p, void *arg);
/* 0, or what writing failed with. */
int wav_spool_error(const struct wav_spool *sp);

enum wav_kept { WAV_KEPT_NOTHING, WAV_KEPT_ALL, WAV_KEPT_CUT /* the snap length took from all payloads */ };
enum wav_kept wav_spool_has(const struct wav_spool *sp, uint32_t stream);
/* The stream's packets in order of arrival, for free(). 0 or -Exxx. */
int wav_spool_read(struct wav_spool *sp, uint32_t stream, struct wav_packet **out, size_t *n);
/* 0 or -Exxx; `to` has room for p->n bytes. */
int wav_spool_payload(const struct wav_spool *sp, const struct wav_packet *p, uint8_t *to);

#endif
