/// The named limits of what passes between us and a Realtime server (reliability.md, F6).
struct UpstreamLimits: Sendable {
    /// A server that does not even accept the connection in this time is not there.
    var connect: Duration = .seconds(3)
    /// For everything that the answer to one request of ours takes: all attempts at all servers, to the last byte.
    var total: Duration = .seconds(10)
    /// What one server gets of it while there are others to ask. A healthy exchange takes well below a second.
    var share: Duration = .seconds(5)
    /// An answer to a call is an SDP document of 1 to 4 KiB, one to a key a session object of 1 to 3 KiB; the same bound
    /// as for offers.
    var answerBytes = 32 * 1024
    /// Hanging up is a courtesy; nobody waits longer for it, the second attempt included.
    var hangUp: Duration = .seconds(3)
    /// A server answers the handshake of a sideband at once; beyond this the call has no conductor and is given up.
    var sideband: Duration = .seconds(3)
    /// The model is looked up beside the start, which does not wait for it.
    var modelCheck: Duration = .seconds(5)
    /// A sideband in silence for this long is pinged, and given up after the next time: a dead server is noticed in 20 s
    /// (promise R4: 30 s).
    var sidebandPing: Duration = .seconds(10)
    var sidebandPong: Duration = .seconds(10)
}
