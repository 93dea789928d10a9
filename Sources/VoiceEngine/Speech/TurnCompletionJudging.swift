/// Judges from the sound of a turn whether the speaker has finished.
///
/// Melody and tempo say what a silence does not: a pause in the middle of a thought sounds different from an end.
/// Implementations run on their own threads, never on the cooperative pool, and stop their work soon after the calling task
/// is cancelled (they then throw). One value serves all calls at once.
public protocol TurnCompletionJudging: Sendable {
    /// The probability, 0 to 1, that the turn is complete.
    ///
    /// Costs tens of milliseconds of one thread (Smart Turn: see `SmartTurnModel`), so it is asked once or twice per pause
    /// and not per window.
    ///
    /// - Parameter samples: the turn so far with the silence that follows it, 16 kHz mono in [-1, 1]. The last 8 s at most
    ///   are used.
    func probability(thatTurnIsComplete samples: [Float]) async throws -> Float
}
