/* No declaration here: CGStreamer includes what it needs. */
