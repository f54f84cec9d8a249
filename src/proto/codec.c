/* codec.c - the table of RTP payload formats and the table of what the E-model knows of codecs: one row each. */
#include <voipqos/codec.h>

#include <math.h>

#include "util/str.h"

/* ---- names ----------------------------------------------------------------------------------------------------- */

static const char *const media_names[] = {
    [VQ_MEDIA_AUDIO] = "audio",
    [VQ_MEDIA_VIDEO] = "video",
    [VQ_MEDIA_FAX] = "fax",
    [VQ_MEDIA_TEXT] = "text",
    [VQ_MEDIA_APPLICATION] = "application",
    [VQ_MEDIA_UNKNOWN] = "unknown",
};

static const char *const scale_names[] = {
    [VQ_SCALE_NONE] = "none",
    [VQ_SCALE_NB] = "NB",
    [VQ_SCALE_WB] = "WB",
    [VQ_SCALE_FB] = "FB",
};

static const char *const fact_names[] = {
    [VQ_FACT_ITU] = "itu",
    [VQ_FACT_ITU_RECALLED] = "itu-recalled",
    [VQ_FACT_DERIVED] = "derived",
    [VQ_FACT_LITERATURE] = "literature",
    [VQ_FACT_PROVISIONAL] = "provisional",
    [VQ_FACT_OWN] = "own",
};

const char *vq_media_name(enum vq_media m)
{
    return media_names[m];
}

const char *vq_scale_name(enum vq_scale s)
{
    return scale_names[s];
}

const char *vq_fact_name(enum vq_fact f)
{
    return fact_names[f];
}

/* ---- impairments ----------------------------------------------------------------------------------------------- */

#define NB VQ_SCALE_NB
#define WB VQ_SCALE_WB
#define FB VQ_SCALE_FB
#define ITU VQ_FACT_ITU
#define RECALLED VQ_FACT_ITU_RECALLED
#define DERIVED VQ_FACT_DERIVED
#define LITERATURE VQ_FACT_LITERATURE
#define PROVISIONAL VQ_FACT_PROVISIONAL
#define NO_BPL NAN

/* name, scale, Ie, Bpl, fact, source, and R and MOS without loss and delay. Ie and Bpl of different scales do not mix:
 * NB belongs to G.107, WB to G.107.1, FB to G.107.2. A Bpl holds for the packet size of its source only. */
static const struct vq_impairment impairments[] = {
    {"g711", NB, 0, 4.3, ITU, "G.113 App. I Table I.4, no PLC, 10 ms packets", 93.21, 4.409},
    {"g711-plc", NB, 0, 25.1, ITU, "G.113 App. I Table I.4, G.711 App. I PLC, 10 ms packets", 93.21, 4.409},
    {"g726-40", NB, 2, NO_BPL, ITU, "G.113 App. I Table I.1", 91.21, 4.367},
    {"g726-32", NB, 7, NO_BPL, ITU, "G.113 App. I Table I.1", 86.21, 4.235},
    {"g726-24", NB, 25, NO_BPL, ITU, "G.113 App. I Table I.1", 68.21, 3.512},
    {"g726-16", NB, 50, NO_BPL, ITU, "G.113 App. I Table I.1", 43.21, 2.224},
    {"g728-16", NB, 7, NO_BPL, ITU, "G.113 App. I Table I.1", 86.21, 4.235},
    {"g728-12.8", NB, 20, NO_BPL, ITU, "G.113 App. I Table I.1", 73.21, 3.744},
    {"g729", NB, 10, NO_BPL, ITU, "G.113 App. I Table I.1 (CS-ACELP 8 kbit/s, no VAD)", 83.21, 4.139},
    {"g729a-vad", NB, 11, 19, ITU, "G.113 App. I Tables I.1, I.4, 20 ms packets", 82.21, 4.105},
    {"g723.1-6.3", NB, 15, 16.1, ITU, "G.113 App. I Table I.4 (6.3 kbit/s + VAD)", 78.21, 3.954},
    {"g723.1-5.3", NB, 19, NO_BPL, ITU, "G.113 App. I Table I.1", 74.21, 3.788},
    {"gsm-fr", NB, 20, NO_BPL, RECALLED, "G.113 App. I Table I.1", 73.21, 3.744},
    {"gsm-hr", NB, 23, NO_BPL, RECALLED, "G.113 App. I Table I.1", 70.21, 3.607},
    {"gsm-efr", NB, 5, 10, ITU, "G.113 App. I Tables I.1, I.4, 20 ms packets", 88.21, 4.293},
    {"is-54", NB, 20, NO_BPL, RECALLED, "G.113 App. I Table I.1", 73.21, 3.744},
    {"is-641", NB, 10, NO_BPL, ITU, "G.113 App. I Table I.1", 83.21, 4.139},
    {"is-96a", NB, 21, NO_BPL, RECALLED, "G.113 App. I Table I.1", 72.21, 3.699},
    {"is-127", NB, 6, NO_BPL, RECALLED, "G.113 App. I Table I.1", 87.21, 4.265},
    {"pdc-vselp", NB, 24, NO_BPL, RECALLED, "G.113 App. I Table I.1", 69.21, 3.560},
    {"amr-12.2", NB, 5, 10, DERIVED, "R = 70 delay bounds of De Vleeschauwer & Janssen; Bpl as GSM-EFR", 88.21, 4.293},
    {"amr-10.2", NB, 5.9, NO_BPL, DERIVED, "R = 70 delay bounds of De Vleeschauwer & Janssen", 87.31, 4.268},
    {"amr-7.95", NB, 10, NO_BPL, DERIVED, "R = 70 delay bounds of De Vleeschauwer & Janssen", 83.21, 4.139},
    {"amr-7.4", NB, 11.5, NO_BPL, DERIVED, "R = 70 delay bounds of De Vleeschauwer & Janssen", 81.71, 4.087},
    {"amr-6.7", NB, 13.6, NO_BPL, DERIVED, "R = 70 delay bounds of De Vleeschauwer & Janssen", 79.61, 4.009},
    {"amr-5.9", NB, 16.4, NO_BPL, DERIVED, "R = 70 delay bounds of De Vleeschauwer & Janssen", 76.81, 3.898},
    {"amr-5.15", NB, 19.4, NO_BPL, DERIVED, "R = 70 delay bounds of De Vleeschauwer & Janssen", 73.81, 3.770},
    {"amr-4.75", NB, 21.3, NO_BPL, DERIVED, "R = 70 delay bounds of De Vleeschauwer & Janssen", 71.91, 3.685},
    {"ilbc", NB, 11, 32, LITERATURE, "no ITU row; widely used values without provenance", 82.21, 4.105},
    {"speex-nb", NB, 11, NO_BPL, PROVISIONAL, "no ITU row", 82.21, 4.105},
    {"g722-64", WB, 13, NO_BPL, RECALLED, "G.113 App. IV Table IV.1 monotic", 115.85, 4.334},
    {"g722-56", WB, 20, NO_BPL, RECALLED, "G.113 App. IV Table IV.1 monotic", 108.85, 4.178},
    {"g722-48", WB, 31, NO_BPL, RECALLED, "G.113 App. IV Table IV.1 monotic", 97.85, 3.858},
    {"g722.1-32", WB, 13, NO_BPL, RECALLED, "G.113 App. IV Table IV.1 monotic", 115.85, 4.334},
    {"g722.1-24", WB, 19, NO_BPL, RECALLED, "G.113 App. IV Table IV.1 monotic", 109.85, 4.203},
    {"amr-wb-6.60", WB, 41, NO_BPL, ITU, "G.113 (09/2024) Table IV.1 monotic", 87.85, 3.507},
    {"amr-wb-8.85", WB, 26, NO_BPL, ITU, "G.113 (09/2024) Table IV.1 monotic", 102.85, 4.014},
    {"amr-wb-12.65", WB, 13, NO_BPL, ITU, "G.113 (09/2024) Table IV.1 monotic", 115.85, 4.334},
    {"amr-wb-14.25", WB, 10, NO_BPL, ITU, "G.113 (09/2024) Table IV.1 monotic", 118.85, 4.388},
    {"amr-wb-15.85", WB, 7, NO_BPL, ITU, "G.113 (09/2024) Table IV.1 monotic", 121.85, 4.432},
    {"amr-wb-18.25", WB, 5, NO_BPL, ITU, "G.113 (09/2024) Table IV.1 monotic", 123.85, 4.457},
    {"amr-wb-19.85", WB, 3, NO_BPL, ITU, "G.113 (09/2024) Table IV.1 monotic", 125.85, 4.477},
    {"amr-wb-23.05", WB, 1, NO_BPL, ITU, "G.113 (09/2024) Table IV.1 monotic", 127.85, 4.493},
    {"amr-wb-23.85", WB, 8, NO_BPL, ITU, "G.113 (09/2024) Table IV.1 monotic (worse than 23.05, as printed)",
     120.85, 4.418},
    {"amr-wb-6.60-diotic", WB, 56, NO_BPL, ITU, "G.113 (09/2024) Table IV.3 diotic", 72.85, 2.916},
    {"amr-wb-8.85-diotic", WB, 41, NO_BPL, ITU, "G.113 (09/2024) Table IV.3 diotic", 87.85, 3.507},
    {"amr-wb-12.65-diotic", WB, 20, 4.3, ITU, "G.113 (09/2024) Tables IV.3/IV.4 diotic", 108.85, 4.178},
    {"amr-wb-15.85-diotic", WB, 17, NO_BPL, ITU, "G.113 (09/2024) Table IV.3 diotic", 111.85, 4.250},
    {"amr-wb-23.05-diotic", WB, 8, 4.6, ITU, "G.113 (09/2024) Tables IV.3/IV.4 diotic", 120.85, 4.418},
    {"amr-wb-23.85-diotic", WB, 10, 4.9, ITU, "G.113 (09/2024) Tables IV.3/IV.4 diotic", 118.85, 4.388},
    {"g711-on-wb", WB, 35.8, NO_BPL, DERIVED, "129 - 93.2, the price of narrow bandwidth; other NB codecs: Ie + 35.8",
     93.05, 3.695},
    {"opus-wb", WB, 5, 15, PROVISIONAL, "no ITU row; placeholder in circulation", 123.85, 4.457},
    {"evs-swb-9.6", FB, 22.7, 13, ITU, "G.113 (09/2024) App. V", 125.30, 4.187},
    {"evs-swb-13.2", FB, 17.1, 11.7, ITU, "G.113 (09/2024) App. V", 130.90, 4.299},
    {"evs-swb-16.4", FB, 10.8, 10.3, ITU, "G.113 (09/2024) App. V", 137.20, 4.399},
    {"evs-swb-24.4", FB, 7.2, 11.4, ITU, "G.113 (09/2024) App. V", 140.80, 4.444},
    {"evs-swb-32", FB, 8.7, 9.3, ITU, "G.113 (09/2024) App. V, Erratum 1 (the base text prints 2 kbit/s)",
     139.30, 4.426},
    {"evs-swb-48", FB, 10.2, 9.6, ITU, "G.113 (09/2024) App. V", 137.80, 4.408},
    {"opus-fb", FB, 10.2, 4.3, PROVISIONAL, "no ITU row; Ie as EVS-SWB 48, Bpl the G.107 default", 137.80, 4.408},
};

#undef NB
#undef WB
#undef FB
#undef ITU
#undef RECALLED
#undef DERIVED
#undef LITERATURE
#undef PROVISIONAL
#undef NO_BPL

/* ---- payload formats ------------------------------------------------------------------------------------------- */

#define AUDIO VQ_MEDIA_AUDIO, VQ_PAYLOAD_MEDIA
#define VIDEO VQ_MEDIA_VIDEO, VQ_PAYLOAD_MEDIA
#define DYN (-1)
#define ANY 0 /* the rtpmap says which clock it is */

/* name, payload type, clock, frame, look-ahead, media and payload, impairment.
 *
 * Of the rows of one name the first is what the name means without a clock; a row with clock ANY stands last.
 * A look-ahead of 0 means none or none that a public text names.
 * Where the SDP or the payload type leaves the bit rate open, the impairment is the mode that a sender may use when
 * nothing restricts it, the highest (AMR, AMR-WB: RFC 4867 8.1, no mode-set means all modes; G723: RFC 3551 4.5.3).
 * Where not even the bandwidth is known (EVS) or the rate decides the figure (speex above 8 kHz) there is none. */
static const struct vq_codec codecs[] = {
    /* RFC 3551 6, tables 4 and 5: the static types. */
    {"PCMU", 0, 8000, 0, 0, AUDIO, "g711"},
    {"GSM", 3, 8000, 20, 0, AUDIO, "gsm-fr"},
    {"G723", 4, 8000, 30, 7.5, AUDIO, "g723.1-6.3"}, /* look-ahead: G.723.1 1.3 */
    {"DVI4", 5, 8000, 0, 0, AUDIO, NULL},
    {"DVI4", 6, 16000, 0, 0, AUDIO, NULL},
    {"LPC", 7, 8000, 20, 0, AUDIO, NULL},
    {"PCMA", 8, 8000, 0, 0, AUDIO, "g711"},
    {"G722", 9, 8000, 0, 0, AUDIO, "g722-64"}, /* samples at 16 kHz, clock 8000 by RFC 3551 4.5.2 */
    {"L16", 11, 44100, 0, 0, AUDIO, NULL},     /* one channel */
    {"L16", 10, 44100, 0, 0, AUDIO, NULL},     /* two channels */
    {"QCELP", 12, 8000, 20, 0, AUDIO, NULL},
    {"CN", 13, 8000, 0, 0, VQ_MEDIA_AUDIO, VQ_PAYLOAD_CN, NULL},
    {"MPA", 14, 90000, 0, 0, AUDIO, NULL}, /* frame length depends on the layer and the sampling rate */
    {"G728", 15, 8000, 2.5, 0, AUDIO, "g728-16"},
    {"DVI4", 16, 11025, 0, 0, AUDIO, NULL},
    {"DVI4", 17, 22050, 0, 0, AUDIO, NULL},
    {"G729", 18, 8000, 10, 5, AUDIO, "g729a-vad"}, /* annexb=yes unless said otherwise, RFC 4856; G.729 2.3 */
    {"CelB", 25, 90000, 0, 0, VIDEO, NULL},
    {"JPEG", 26, 90000, 0, 0, VIDEO, NULL},
    {"nv", 28, 90000, 0, 0, VIDEO, NULL},
    {"H261", 31, 90000, 0, 0, VIDEO, NULL},
    {"MPV", 32, 90000, 0, 0, VIDEO, NULL},
    {"MP2T", 33, 90000, 0, 0, VIDEO, NULL},
    {"H263", 34, 90000, 0, 0, VIDEO, NULL},
    /* Formats whose clock is not fixed (RFC 3551 table 1, "var."). Companded at another rate is not G.711 any more. */
    {"PCMU", DYN, ANY, 0, 0, AUDIO, NULL},
    {"PCMA", DYN, ANY, 0, 0, AUDIO, NULL},
    {"DVI4", DYN, ANY, 0, 0, AUDIO, NULL},
    {"VDVI", DYN, ANY, 0, 0, AUDIO, NULL},
    {"L8", DYN, ANY, 0, 0, AUDIO, NULL},
    {"L16", DYN, ANY, 0, 0, AUDIO, NULL},
    {"L20", DYN, ANY, 0, 0, AUDIO, NULL},
    {"L24", DYN, ANY, 0, 0, AUDIO, NULL},
    {"CN", DYN, ANY, 0, 0, VQ_MEDIA_AUDIO, VQ_PAYLOAD_CN, NULL}, /* RFC 3389 */
    /* Digits, redundancy, repair; they run on the clock of the format they go with. */
    {"telephone-event", DYN, 8000, 0, 0, VQ_MEDIA_AUDIO, VQ_PAYLOAD_EVENT, NULL}, /* RFC 4733 */
    {"telephone-event", DYN, ANY, 0, 0, VQ_MEDIA_AUDIO, VQ_PAYLOAD_EVENT, NULL},
    {"tone", DYN, 8000, 0, 0, VQ_MEDIA_AUDIO, VQ_PAYLOAD_EVENT, NULL},
    {"tone", DYN, ANY, 0, 0, VQ_MEDIA_AUDIO, VQ_PAYLOAD_EVENT, NULL},
    {"red", DYN, 8000, 0, 0, VQ_MEDIA_AUDIO, VQ_PAYLOAD_RED, NULL}, /* RFC 2198 */
    {"red", DYN, 1000, 0, 0, VQ_MEDIA_TEXT, VQ_PAYLOAD_RED, NULL},  /* text/red, RFC 4102 */
    {"red", DYN, 90000, 0, 0, VQ_MEDIA_VIDEO, VQ_PAYLOAD_RED, NULL},
    {"red", DYN, ANY, 0, 0, VQ_MEDIA_AUDIO, VQ_PAYLOAD_RED, NULL},
    {"ulpfec", DYN, 90000, 0, 0, VQ_MEDIA_VIDEO, VQ_PAYLOAD_FEC, NULL}, /* RFC 5109 */
    {"ulpfec", DYN, ANY, 0, 0, VQ_MEDIA_AUDIO, VQ_PAYLOAD_FEC, NULL},
    {"parityfec", DYN, ANY, 0, 0, VQ_MEDIA_AUDIO, VQ_PAYLOAD_FEC, NULL}, /* RFC 5109 */
    {"flexfec", DYN, 90000, 0, 0, VQ_MEDIA_VIDEO, VQ_PAYLOAD_FEC, NULL}, /* RFC 8627 */
    {"flexfec", DYN, ANY, 0, 0, VQ_MEDIA_AUDIO, VQ_PAYLOAD_FEC, NULL},
    {"rtx", DYN, 90000, 0, 0, VQ_MEDIA_VIDEO, VQ_PAYLOAD_FEC, NULL}, /* RFC 4588: retransmissions, repair as well */
    {"rtx", DYN, ANY, 0, 0, VQ_MEDIA_AUDIO, VQ_PAYLOAD_FEC, NULL},
    /* Speech, narrowband. */
    {"G726-40", DYN, 8000, 0, 0, AUDIO, "g726-40"}, /* RFC 3551 4.5.4: sample based */
    {"G726-32", DYN, 8000, 0, 0, AUDIO, "g726-32"},
    {"G726-24", DYN, 8000, 0, 0, AUDIO, "g726-24"},
    {"G726-16", DYN, 8000, 0, 0, AUDIO, "g726-16"},
    {"AAL2-G726-40", DYN, 8000, 0, 0, AUDIO, "g726-40"}, /* the same codec, packed the other way round */
    {"AAL2-G726-32", DYN, 8000, 0, 0, AUDIO, "g726-32"},
    {"AAL2-G726-24", DYN, 8000, 0, 0, AUDIO, "g726-24"},
    {"AAL2-G726-16", DYN, 8000, 0, 0, AUDIO, "g726-16"},
    {"G729D", DYN, 8000, 10, 5, AUDIO, NULL},
    {"G729E", DYN, 8000, 10, 5, AUDIO, NULL},
    {"GSM-EFR", DYN, 8000, 20, 0, AUDIO, "gsm-efr"},
    {"GSM-HR-08", DYN, 8000, 20, 0, AUDIO, "gsm-hr"}, /* RFC 5993 */
    {"iLBC", DYN, 8000, 30, 0, AUDIO, "ilbc"},        /* RFC 3952: 30 ms unless mode=20 */
    {"AMR", DYN, 8000, 20, 5, AUDIO, "amr-12.2"},     /* 3GPP TS 26.090 */
    {"speex", DYN, 8000, 20, 0, AUDIO, "speex-nb"},   /* RFC 5574 */
    {"BV16", DYN, 8000, 5, 0, AUDIO, NULL},           /* RFC 4298 */
    {"EVRC", DYN, 8000, 20, 0, AUDIO, "is-127"},      /* RFC 3558; EVRC is TIA IS-127 */
    {"EVRC0", DYN, 8000, 20, 0, AUDIO, "is-127"},
    {"SMV", DYN, 8000, 20, 0, AUDIO, NULL},
    {"CLEARMODE", DYN, 8000, 0, 0, AUDIO, NULL}, /* RFC 4040: 64 kbit/s data */
    /* Speech and music, wider. */
    {"AMR-WB", DYN, 16000, 20, 5, AUDIO, "amr-wb-23.85"}, /* look-ahead: 3GPP TS 26.190 */
    {"AMR-WB+", DYN, 72000, 0, 0, AUDIO, NULL},           /* RFC 4352 */
    {"EVS", DYN, 16000, 20, 0, AUDIO, NULL},              /* 3GPP TS 26.445 Annex A */
    {"G7221", DYN, 16000, 20, 20, AUDIO, "g722.1-24"},    /* G.722.1: 20 + 20 ms; the worse of its two rates */
    {"G7221", DYN, 32000, 20, 20, AUDIO, NULL},           /* Annex C, RFC 5577 */
    {"G7291", DYN, 16000, 20, 0, AUDIO, NULL},            /* RFC 4749 */
    {"G719", DYN, 48000, 20, 0, AUDIO, NULL},             /* RFC 5404 */
    {"speex", DYN, 16000, 20, 0, AUDIO, NULL},
    {"speex", DYN, 32000, 20, 0, AUDIO, NULL},
    {"opus", DYN, 48000, 20, 6.5, AUDIO, "opus-fb"}, /* RFC 7587 4.1; RFC 6716 2: 5 + 1.5 ms with SILK, as CELT */
    {"SILK", DYN, 8000, 20, 0, AUDIO, NULL},
    {"SILK", DYN, 12000, 20, 0, AUDIO, NULL},
    {"SILK", DYN, 16000, 20, 0, AUDIO, NULL},
    {"SILK", DYN, 24000, 20, 0, AUDIO, NULL},
    {"BV32", DYN, 16000, 5, 0, AUDIO, NULL}, /* RFC 4298 */
    {"EVRCWB", DYN, 16000, 20, 0, AUDIO, NULL},
    {"mpa-robust", DYN, 90000, 0, 0, AUDIO, NULL},  /* RFC 5219 */
    {"MP4A-LATM", DYN, ANY, 0, 0, AUDIO, NULL},     /* RFC 6416 */
    {"mpeg4-generic", DYN, ANY, 0, 0, AUDIO, NULL}, /* RFC 3640 */
    {"vorbis", DYN, ANY, 0, 0, AUDIO, NULL},        /* RFC 5215 */
    {"ac3", DYN, ANY, 0, 0, AUDIO, NULL},           /* RFC 4184 */
    /* Video. */
    {"H263-1998", DYN, 90000, 0, 0, VIDEO, NULL},
    {"H263-2000", DYN, 90000, 0, 0, VIDEO, NULL},
    {"H264", DYN, 90000, 0, 0, VIDEO, NULL},
    {"H264-SVC", DYN, 90000, 0, 0, VIDEO, NULL},
    {"H265", DYN, 90000, 0, 0, VIDEO, NULL},
    {"H266", DYN, 90000, 0, 0, VIDEO, NULL},
    {"VP8", DYN, 90000, 0, 0, VIDEO, NULL},
    {"VP9", DYN, 90000, 0, 0, VIDEO, NULL},
    {"AV1", DYN, 90000, 0, 0, VIDEO, NULL},
    {"MP4V-ES", DYN, 90000, 0, 0, VIDEO, NULL},
    {"MP1S", DYN, 90000, 0, 0, VIDEO, NULL},
    {"MP2P", DYN, 90000, 0, 0, VIDEO, NULL},
    {"BMPEG", DYN, 90000, 0, 0, VIDEO, NULL},
    {"theora", DYN, 90000, 0, 0, VIDEO, NULL},
    {"vc1", DYN, 90000, 0, 0, VIDEO, NULL},
    {"raw", DYN, 90000, 0, 0, VIDEO, NULL}, /* RFC 4175 */
    {"jpeg2000", DYN, 90000, 0, 0, VIDEO, NULL},
    /* Fax and text. */
    {"t38", DYN, 8000, 0, 0, VQ_MEDIA_FAX, VQ_PAYLOAD_MEDIA, NULL},   /* RFC 4612 */
    {"t38", DYN, ANY, 0, 0, VQ_MEDIA_FAX, VQ_PAYLOAD_MEDIA, NULL},    /* at another rate= */
    {"t140", DYN, 1000, 0, 0, VQ_MEDIA_TEXT, VQ_PAYLOAD_MEDIA, NULL}, /* RFC 4103 */
};

#undef AUDIO
#undef VIDEO
#undef DYN
#undef ANY

size_t vq_codec_count(void)
{
    return sizeof codecs / sizeof *codecs;
}

const struct vq_codec *vq_codec_at(size_t i)
{
    return i < vq_codec_count() ? &codecs[i] : NULL;
}

const struct vq_codec *vq_codec_by_pt(unsigned pt)
{
    static const unsigned last = 34; /* RFC 3551 6 gives out none above */
    if (pt > last)
        return NULL;
    for (size_t i = 0; i < vq_codec_count(); i++)
        if (codecs[i].static_pt == (int)pt)
            return &codecs[i];
    return NULL;
}

/* As vq_str_ieq_z(), but no length is taken before. */
static bool is_named(const struct vq_codec *c, struct vq_slice want)
{
    size_t i = 0;
    while (i < want.n && c->name[i] &&
           ((uint8_t)c->name[i] == want.p[i] || vq_str_lower((uint8_t)c->name[i]) == vq_str_lower(want.p[i])))
        i++;
    return i == want.n && !c->name[i];
}

const struct vq_codec *vq_codec_by_name(const char *name, size_t n, uint32_t clock_hz)
{
    struct vq_slice want = vq_slice(name, n);
    int first = n ? want.p[0] | 0x20 : 0;
    for (size_t i = 0; i < vq_codec_count(); i++) {
        const struct vq_codec *c = &codecs[i];
        if ((c->name[0] | 0x20) != first)
            continue;
        bool clock_fits = !clock_hz || c->clock_hz == clock_hz || !c->clock_hz; /* the last only after all others */
        if (clock_fits && is_named(c, want))
            return c;
    }
    return NULL;
}

size_t vq_impairment_count(void)
{
    return sizeof impairments / sizeof *impairments;
}

const struct vq_impairment *vq_impairment_at(size_t i)
{
    return i < vq_impairment_count() ? &impairments[i] : NULL;
}

static const struct vq_impairment *find_row(const char *name, bool any_case)
{
    for (size_t i = 0; i < vq_impairment_count(); i++) {
        const char *row = impairments[i].name;
        if (!strcmp(row, name) || (any_case && vq_str_ieq_z(vq_slice(name, strlen(name)), row)))
            return &impairments[i];
    }
    return NULL;
}

/* "g729" is a row (without VAD) and "G729" an RTP name (scored by another row, with VAD): a row's own spelling wins,
 * then the RTP name, then a row in other letters. */
const struct vq_impairment *vq_impairment_by_name(const char *name)
{
    const struct vq_impairment *row = find_row(name, false);
    if (row)
        return row;
    const struct vq_codec *c = vq_codec_by_name(name, strlen(name), 0);
    if (c)
        return c->impairment ? find_row(c->impairment, false) : NULL;
    return find_row(name, true);
}
