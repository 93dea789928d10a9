import NIOCore

/// Does something when its event loop's time has come.
struct EventLoopTimer: NIOScheduledCallbackHandler, Sendable {
    let fire: @Sendable () -> Void

    func handleScheduledCallback(eventLoop: some EventLoop) { self.fire() }
}
