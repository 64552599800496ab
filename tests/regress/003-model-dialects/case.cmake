# SPDX-License-Identifier: MIT
ol_script_test(regress_003_model_dialects TIMEOUT 60 LABELS regress
    COMMAND ${OL_CASE_DIR}/model-dialects.sh)
