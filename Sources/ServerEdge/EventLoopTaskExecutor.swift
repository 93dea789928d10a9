public import NIOCore
import NIOPosix

/// Runs tasks on an event loop: what serves a connection needs no other thread, and no switch to one.
///
/// Only for tasks that are short between two waits. One that computes for long keeps all connections of its loop waiting; it belongs
/// to the threads of the language, see ``OffEventLoopMiddleware``.
public final class EventLoopTaskExecutor: TaskExecutor {
    private let eventLoop: any EventLoop

    public init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    /// Of the loop this is called on; nil on any other thread. For tasks that go on behind the one that begins them.
    public static var current: EventLoopTaskExecutor? {
        MultiThreadedEventLoopGroup.currentEventLoop.map(EventLoopTaskExecutor.init)
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
