/* The codec table against RFC 3551 and each impairment row against its own test vector. */
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <voipqos/codec.h>
#include <voipqos/emodel.h>

#include "support/guard.h"

#define near(got, want, eps) assert_true(fabs((got) - (want)) <= (eps))
#define COUNT(a) (sizeof(a) / sizeof *(a))

static const struct vq_codec *named(const char *name, uint32_t clock)
{
    return vq_codec_by_name(name, strlen(name), clock);
}

/* RFC 3551 tables 4 and 5. */
static void static_payload_types(void **state)
{
    (void)state;
    static const struct {
        unsigned pt;
        const char *name;
        uint32_t clock;
    } rows[] = {
        {0, "PCMU", 8000},    {3, "GSM", 8000},    {4, "G723", 8000},   {5, "DVI4", 8000},   {6, "DVI4", 16000},
        {7, "LPC", 8000},     {8, "PCMA", 8000},   {9, "G722", 8000},   {10, "L16", 44100},  {11, "L16", 44100},
        {12, "QCELP", 8000},  {13, "CN", 8000},    {14, "MPA", 90000},  {15, "G728", 8000},  {16, "DVI4", 11025},
        {17, "DVI4", 22050},  {18, "G729", 8000},  {25, "CelB", 90000}, {26, "JPEG", 90000}, {28, "nv", 90000},
        {31, "H261", 90000},  {32, "MPV", 90000},  {33, "MP2T", 90000}, {34, "H263", 90000},
    };
    size_t known = 0;
    for (unsigned pt = 0; pt < 300; pt++)
        known += vq_codec_by_pt(pt) != NULL;
    assert_int_equal(known, COUNT(rows));
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct vq_codec *c = vq_codec_by_pt(rows[i].pt);
        assert_non_null(c);
        assert_int_equal(c->static_pt, rows[i].pt);
        assert_string_equal(c->name, rows[i].name);
        assert_int_equal(c->clock_hz, rows[i].clock);
        assert_int_equal(c->media, rows[i].pt < 25 ? VQ_MEDIA_AUDIO : VQ_MEDIA_VIDEO);
    }
    assert_null(vq_codec_by_pt(0x10000)); /* no wrap into the table */
}

static void names_are_found_in_any_case(void **state)
{
    (void)state;
    assert_ptr_equal(named("pcmu", 8000), vq_codec_by_pt(0));
    assert_ptr_equal(named("PcMa", 0), vq_codec_by_pt(8));
    assert_string_equal(named("TELEPHONE-EVENT", 8000)->name, "telephone-event");
    assert_string_equal(named("ilbc", 8000)->name, "iLBC");
    assert_null(named("PCM", 8000));
    assert_null(named("PCMUX", 8000));
    assert_null(named("", 8000));
    assert_null(vq_codec_by_name(NULL, 0, 0));
}

static void the_clock_decides_between_rows(void **state)
{
    (void)state;
    assert_int_equal(named("speex", 0)->clock_hz, 8000);
    assert_int_equal(named("speex", 16000)->clock_hz, 16000);
    assert_int_equal(named("speex", 32000)->clock_hz, 32000);
    assert_ptr_equal(named("DVI4", 22050), vq_codec_by_pt(17));
    /* a fixed clock: the name alone is not enough */
    assert_null(named("speex", 44100));
    assert_null(named("G722", 16000));
    assert_null(named("opus", 16000));
    assert_null(named("AMR-WB", 8000));
    assert_null(named("H264", 8000));
    /* a clock that is not fixed: any will do, and the row says so */
    assert_int_equal(named("telephone-event", 48000)->clock_hz, 0);
    assert_int_equal(named("telephone-event", 48000)->payload, VQ_PAYLOAD_EVENT);
    assert_int_equal(named("CN", 16000)->payload, VQ_PAYLOAD_CN);
    assert_int_equal(named("L16", 8000)->clock_hz, 0);
    assert_null(named("PCMU", 16000)->impairment);
}

static void what_a_payload_carries(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t clock;
        enum vq_media media;
        enum vq_payload payload;
        const char *impairment;
        double frame_ms, lookahead_ms;
    } rows[] = {
        {"PCMU", 8000, VQ_MEDIA_AUDIO, VQ_PAYLOAD_MEDIA, "g711", 0, 0},
        {"PCMA", 8000, VQ_MEDIA_AUDIO, VQ_PAYLOAD_MEDIA, "g711", 0, 0},
        {"G729", 8000, VQ_MEDIA_AUDIO, VQ_PAYLOAD_MEDIA, "g729a-vad", 10, 5},
        {"G723", 8000, VQ_MEDIA_AUDIO, VQ_PAYLOAD_MEDIA, "g723.1-6.3", 30, 7.5},
        {"GSM", 8000, VQ_MEDIA_AUDIO, VQ_PAYLOAD_MEDIA, "gsm-fr", 20, 0},
        {"AMR", 8000, VQ_MEDIA_AUDIO, VQ_PAYLOAD_MEDIA, "amr-12.2", 20, 5},
        {"AMR-WB", 16000, VQ_MEDIA_AUDIO, VQ_PAYLOAD_MEDIA, "amr-wb-23.85", 20, 5},
        {"iLBC", 8000, VQ_MEDIA_AUDIO, VQ_PAYLOAD_MEDIA, "ilbc", 30, 0},
        {"opus", 48000, VQ_MEDIA_AUDIO, VQ_PAYLOAD_MEDIA, "opus-fb", 20, 6.5},
        {"G722", 8000, VQ_MEDIA_AUDIO, VQ_PAYLOAD_MEDIA, "g722-64", 0, 0},
        {"telephone-event", 8000, VQ_MEDIA_AUDIO, VQ_PAYLOAD_EVENT, NULL, 0, 0},
        {"CN", 8000, VQ_MEDIA_AUDIO, VQ_PAYLOAD_CN, NULL, 0, 0},
        {"red", 1000, VQ_MEDIA_TEXT, VQ_PAYLOAD_RED, NULL, 0, 0},
        {"ulpfec", 90000, VQ_MEDIA_VIDEO, VQ_PAYLOAD_FEC, NULL, 0, 0},
        {"VP8", 90000, VQ_MEDIA_VIDEO, VQ_PAYLOAD_MEDIA, NULL, 0, 0},
        {"t38", 8000, VQ_MEDIA_FAX, VQ_PAYLOAD_MEDIA, NULL, 0, 0},
        {"t140", 1000, VQ_MEDIA_TEXT, VQ_PAYLOAD_MEDIA, NULL, 0, 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct vq_codec *c = named(rows[i].name, rows[i].clock);
        assert_non_null(c);
        assert_int_equal(c->media, rows[i].media);
        assert_int_equal(c->payload, rows[i].payload);
        near(c->frame_ms, rows[i].frame_ms, 0);
        near(c->lookahead_ms, rows[i].lookahead_ms, 0);
        if (rows[i].impairment)
            assert_string_equal(c->impairment, rows[i].impairment);
        else
            assert_null(c->impairment);
    }
}

static void the_codec_table_is_consistent(void **state)
{
    (void)state;
    for (size_t i = 0; i < vq_codec_count(); i++) {
        const struct vq_codec *c = vq_codec_at(i);
        const struct vq_codec *found = named(c->name, c->clock_hz);
        assert_non_null(found); /* itself, or an equal one before it; never hidden behind a row with any clock */
        assert_string_equal(found->name, c->name);
        if (c->clock_hz)
            assert_int_equal(found->clock_hz, c->clock_hz);
        if (c->impairment) {
            const struct vq_impairment *row = vq_impairment_by_name(c->impairment);
            assert_non_null(row);
            assert_string_equal(row->name, c->impairment);
            assert_int_equal(c->media, VQ_MEDIA_AUDIO);
        }
    }
    assert_null(vq_codec_at(vq_codec_count()));
}

/* A name is a slice of the datagram: nothing behind it may be touched. */
static void names_end_where_they_end(void **state)
{
    (void)state;
    struct vq_guard g;
    guard_init(&g, 64);
    for (size_t i = 0; i < vq_codec_count(); i++) {
        const char *name = vq_codec_at(i)->name;
        for (size_t n = 0; n <= strlen(name); n++) {
            const struct vq_codec *c = vq_codec_by_name((const char *)guard_put(&g, name, n), n, 0);
            if (n == strlen(name))
                assert_string_equal(c->name, name);
            else if (c)
                assert_int_equal(strlen(c->name), n); /* "red" of nothing, "EVRC" of "EVRC0" */
        }
    }
    guard_done(&g);
}

/* R and MOS without loss and delay, on the row's own scale: NB by G.107, WB by G.107.1 (129, R / 1.29, echo term as
 * G.107's Idle), FB by G.107.2 (148, R / 1.48). */
static void each_impairment_row_meets_its_vector(void **state)
{
    (void)state;
    size_t seen[4] = {0};
    for (size_t i = 0; i < vq_impairment_count(); i++) {
        const struct vq_impairment *row = vq_impairment_at(i);
        double r, mos;
        seen[row->scale]++;
        if (row->scale == VQ_SCALE_NB) {
            struct vq_emodel_in in;
            struct vq_emodel_out out;
            vq_emodel_defaults(&in);
            in.ie = row->ie;
            in.bpl = row->bpl;
            vq_emodel_g107(&in, &out);
            r = out.r;
            mos = out.mos;
        } else if (row->scale == VQ_SCALE_WB) {
            r = 128.846 - row->ie;
            mos = vq_emodel_mos(r / 1.29);
        } else {
            assert_int_equal(row->scale, VQ_SCALE_FB);
            r = 148 - row->ie;
            mos = vq_emodel_mos(r / 1.48);
        }
        near(r, row->r, 0.0051);
        near(mos, row->mos, 0.00051);
        assert_true(strlen(row->source) > 0);
        assert_true(isnan(row->bpl) || row->bpl >= 4.3);
        assert_ptr_equal(vq_impairment_by_name(row->name), row);
    }
    assert_int_equal(seen[VQ_SCALE_NB], 30);
    assert_int_equal(seen[VQ_SCALE_WB], 22);
    assert_int_equal(seen[VQ_SCALE_FB], 7);
    assert_null(vq_impairment_at(vq_impairment_count()));
}

static void impairments_by_rtp_name(void **state)
{
    (void)state;
    assert_string_equal(vq_impairment_by_name("PCMU")->name, "g711");
    assert_string_equal(vq_impairment_by_name("pcma")->name, "g711");
    assert_string_equal(vq_impairment_by_name("G711-PLC")->name, "g711-plc");
    assert_string_equal(vq_impairment_by_name("amr")->name, "amr-12.2");
    /* the same letters twice: a row without VAD, and an RTP name whose default is with VAD */
    assert_string_equal(vq_impairment_by_name("g729")->name, "g729");
    assert_string_equal(vq_impairment_by_name("G729")->name, "g729a-vad");
    assert_null(vq_impairment_by_name("VP8"));
    assert_null(vq_impairment_by_name("EVS"));
    assert_null(vq_impairment_by_name("g7"));
    assert_null(vq_impairment_by_name(""));
}

static void facts_that_carry_a_label(void **state)
{
    (void)state;
    assert_int_equal(vq_impairment_by_name("g729a-vad")->fact, VQ_FACT_ITU);
    near(vq_impairment_by_name("g729a-vad")->bpl, 19, 0);
    assert_int_equal(vq_impairment_by_name("gsm-fr")->fact, VQ_FACT_ITU_RECALLED);
    assert_true(isnan(vq_impairment_by_name("gsm-fr")->bpl));
    assert_int_equal(vq_impairment_by_name("opus-fb")->fact, VQ_FACT_PROVISIONAL);
    assert_int_equal(vq_impairment_by_name("ilbc")->fact, VQ_FACT_LITERATURE);
    assert_int_equal(vq_impairment_by_name("amr-12.2")->fact, VQ_FACT_DERIVED);
}

static void words(void **state)
{
    (void)state;
    assert_string_equal(vq_media_name(VQ_MEDIA_AUDIO), "audio");
    assert_string_equal(vq_media_name(VQ_MEDIA_FAX), "fax");
    assert_string_equal(vq_media_name(VQ_MEDIA_UNKNOWN), "unknown");
    assert_string_equal(vq_scale_name(VQ_SCALE_NONE), "none");
    assert_string_equal(vq_scale_name(VQ_SCALE_FB), "FB");
    assert_string_equal(vq_fact_name(VQ_FACT_ITU), "itu");
    assert_string_equal(vq_fact_name(VQ_FACT_ITU_RECALLED), "itu-recalled");
    assert_string_equal(vq_fact_name(VQ_FACT_PROVISIONAL), "provisional");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(static_payload_types),
        cmocka_unit_test(names_are_found_in_any_case),
        cmocka_unit_test(the_clock_decides_between_rows),
        cmocka_unit_test(what_a_payload_carries),
        cmocka_unit_test(the_codec_table_is_consistent),
        cmocka_unit_test(names_end_where_they_end),
        cmocka_unit_test(each_impairment_row_meets_its_vector),
        cmocka_unit_test(impairments_by_rtp_name),
        cmocka_unit_test(facts_that_carry_a_label),
        cmocka_unit_test(words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
