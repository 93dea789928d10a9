import COnnxRuntime
import Synchronization

/// The switch that stops a run from another thread. One for each piece of work, which may consist of many runs.
final class OnnxRunOptions: Sendable {
    private let runtime: OnnxRuntime
    /// The library's options. Only the terminate flag is ever changed after creation, which the library allows while runs
    /// with these options are going on.
    nonisolated(unsafe) let handle: OpaquePointer
    private let terminated = Atomic(false)

    init(runtime: OnnxRuntime) throws(SpeechModelError) {
        var handle: OpaquePointer?
        let message = OnnxMessage()
        guard viva_ort_run_options_create(runtime.handle, &handle, message.buffer) == 0, let handle else {
            throw SpeechModelError(.runFailed, "The speech models could not be run.", cause: message.text)
        }
        self.runtime = runtime
        self.handle = handle
    }

    deinit { viva_ort_run_options_release(runtime.handle, handle) }

    /// Ends the running and every later run with these options, within a few milliseconds.
    func terminate() {
        terminated.store(true, ordering: .releasing)
        let message = OnnxMessage()
        // It only sets a flag, so there is no failure to report; our own flag is checked between runs in any case.
        _ = viva_ort_run_options_terminate(runtime.handle, handle, message.buffer)
    }

    var isTerminated: Bool { terminated.load(ordering: .acquiring) }

    /// Throws when the work was cancelled. For the loops between runs.
    func checkCancellation() throws(SpeechModelError) {
        if isTerminated { throw .cancelled }
    }
}
