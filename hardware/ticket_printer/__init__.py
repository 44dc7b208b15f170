"""The ticket printer: status protocol, link, composition, driver, a picture of the paper."""
