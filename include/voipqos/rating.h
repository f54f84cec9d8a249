/* rating.h - words for numbers: ITU-T G.109/G.114 and ETSI TIPHON TR 101 329 with its Indonesian names. Values are
 * classified unrounded. */
#ifndef VOIPQOS_RATING_H
#define VOIPQOS_RATING_H

#include <voipqos/types.h>

enum vq_rating_scheme { VQ_RATING_ITU, VQ_RATING_TIPHON };
/* The two readings of TIPHON's loss column that circulate; METRICS calls them point (default) and band. */
enum vq_tiphon_loss { VQ_TIPHON_POINT, VQ_TIPHON_BAND };

/* G.109: "best", "high", "medium", "low", "poor", "not recommended"; NAN gives NULL. */
const char *vq_rating_g109(double r);
/* G.114, mouth to ear: "good" (<= 150 ms), "acceptable" (<= 400 ms), "unacceptable". */
const char *vq_rating_g114(double ms);

/* TIPHON index 4 (best) .. 1, 0 when the value is NAN. */
int vq_tiphon_delay(double ms);
int vq_tiphon_jitter(double ms);
int vq_tiphon_loss(double pct, enum vq_tiphon_loss how);
const char *vq_tiphon_name(int index);        /* "Sangat Bagus", "Bagus", "Sedang", "Jelek"; NULL for 0 */
const char *vq_tiphon_mean_name(double mean); /* "Sangat Memuaskan", ... of the mean index; NULL for NAN */

#endif
