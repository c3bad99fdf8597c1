"""The replication archive: what others need to repeat a study, and nothing that may not be passed on."""
