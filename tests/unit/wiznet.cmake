#SPDX - License - Identifier : MIT
ol_test(test_wiznet_model SOURCES wiznet_model.c wiznet_bench.c DEPENDS ol_wiznet sim_chip
            TIMEOUT 300)
ol_test(test_wiznet_transcript SOURCES wiznet_transcript.c DEPENDS ol_wiznet)
