public import InterviewCore

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// Civil time, for records and for the expiry of tickets and tokens. Waits and limits use ``MonotonicClock``.
public struct WallClock: Sendable {
    private let read: @Sendable () -> Timestamp

    /// - Parameter read: the present moment; the system's by default.
    public init(_ read: @escaping @Sendable () -> Timestamp = { Timestamp(Date()) }) {
        self.read = read
    }

    /// The present moment.
    public var now: Timestamp { self.read() }
}
