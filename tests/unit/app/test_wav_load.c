/* A library that was there when the program was built, and is not where it runs. */
#include "support/check.h"

#undef VQ_SPANDSP_SO
#define VQ_SPANDSP_SO "libspandsp-is-not-here.so.0"
#include "app/wav_spandsp.c"

static void test_missing(void **state)
{
    (void)state;
    const struct wav_codec *c = wav_codec_by_name("G722");
    assert_non_null(c);
#ifdef VQ_HAVE_SPANDSP
    assert_int_equal(wav_codec_ready(c), WAV_NOT_INSTALLED);
    assert_int_equal(wav_codec_ready(c), WAV_NOT_INSTALLED); /* asked again, too */
#else
    assert_int_equal(wav_codec_ready(c), WAV_NOT_BUILT_IN);
#endif
    assert_int_equal(wav_codec_ready(wav_codec_by_name("PCMA")), WAV_READY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_missing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
