/* The customer's account at whichever provider, for the tests of the simulator's dialects. */
#ifndef TESTS_SIMULATOR_DIALECT_ACCOUNT_H
#define TESTS_SIMULATOR_DIALECT_ACCOUNT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "simulator/dialect_sign.h"
#include "simulator/dialect_wire.h"

static const struct dialect_account account = {.name = "acme",
                                               .secret = "s3cret",
                                               .collector = "http://127.0.0.1:8088",
                                               .public_url = "https://sms.example.fi",
                                               .gateway = "lane",
                                               .token = "token-of-the-path",
                                               .webhook_secret = "12345",
                                               .webhook_user = "hook",
                                               .webhook_password = "pw"};
#define BASIC    "Basic YWNtZTpzM2NyZXQ=" /* acme:s3cret */
#define CALLBACK "https://sms.example.fi/v1/gateways/lane/token-of-the-path/receipt"

#endif
