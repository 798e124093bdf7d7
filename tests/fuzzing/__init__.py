"""Every form of every role, sent with what nobody should type; see test_every_form."""
