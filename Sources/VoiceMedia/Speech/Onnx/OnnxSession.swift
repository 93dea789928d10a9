import COnnxRuntime

/// A loaded model. Immutable; any number of threads may run it at once, each run on the thread that calls.
final class OnnxSession: Sendable {
    let runtime: OnnxRuntime
    /// The library's session: never changed after creation, and made for concurrent runs.
    nonisolated(unsafe) private let handle: OpaquePointer
    /// The names as C strings, in the order of the initialiser's arguments. Allocated once, read only, freed at the end.
    nonisolated(unsafe) private let inputNames: [UnsafePointer<CChar>]
    nonisolated(unsafe) private let outputNames: [UnsafePointer<CChar>]

    /// Loads a model and checks that it has these inputs and outputs.
    ///
    /// - Parameters:
    ///   - inputs: every input of the model, in the order in which `run` will take them.
    ///   - outputs: the outputs that will be wanted, in the order in which `run` returns them.
    ///   - avoidsOverflow: whether a model with 8-bit weights shall say the same on every processor. x86 processors without VNNI add two
    ///     products of 8-bit numbers in 16 bits, which do not always hold them; with this they take another way, which is slower.
    init(
        _ file: ModelFile,
        runtime: OnnxRuntime,
        inputs: [String],
        outputs: [String],
        avoidsOverflow: Bool = false
    ) throws(SpeechModelError) {
        try file.requirePresence()
        var handle: OpaquePointer?
        let message = OnnxMessage()
        // One thread per operator: parallelism is over calls, and a pool of spinning threads per model would cost more
        // than it gains on networks of this size.
        guard viva_ort_session_create(runtime.handle, file.path, 1, avoidsOverflow, &handle, message.buffer) == 0, let handle else {
            throw .unusable(file, cause: message.text)
        }
        let modelInputs = Self.names(of: handle, outputs: false, runtime: runtime)
        let modelOutputs = Self.names(of: handle, outputs: true, runtime: runtime)
        guard modelInputs == Set(inputs), modelOutputs.isSuperset(of: outputs) else {
            viva_ort_session_release(runtime.handle, handle)
            throw .unusable(file, cause: "inputs \(modelInputs.sorted()), outputs \(modelOutputs.sorted())")
        }
        self.runtime = runtime
        self.handle = handle
        inputNames = inputs.map(Self.copy)
        outputNames = outputs.map(Self.copy)
    }

    deinit {
        viva_ort_session_release(runtime.handle, handle)
        for name in inputNames + outputNames { name.deallocate() }
    }

    /// Runs the model on the calling thread.
    ///
    /// - Parameters:
    ///   - inputs: one value for each input, in the order of the initialiser.
    ///   - firstOutputs: how many of the outputs are wanted, counted from the first; all of them when nil.
    ///   - options: the switch that stops the run.
    func run(_ inputs: [OnnxValue], firstOutputs: Int? = nil, options: OnnxRunOptions? = nil) throws(SpeechModelError) -> [OnnxValue] {
        let outputCount = min(firstOutputs ?? outputNames.count, outputNames.count)
        guard inputs.count == inputNames.count else { throw .mismatch("\(inputs.count) inputs, expected \(inputNames.count)") }
        var outputs = [OpaquePointer?](repeating: nil, count: outputCount)
        let message = OnnxMessage()
        // The inputs are kept alive until the library has returned: it reads their memory in place.
        let result = withExtendedLifetime(inputs) {
            viva_ort_run(
                runtime.handle,
                handle,
                options?.handle,
                inputNames,
                inputs.map(\.handle),
                inputs.count,
                outputNames,
                &outputs,
                outputCount,
                message.buffer
            )
        }
        guard result == 0 else {
            if let options, options.isTerminated { throw .cancelled }
            throw SpeechModelError(.runFailed, "A speech model failed while it ran.", cause: message.text)
        }
        let values = outputs.compactMap { $0.map { OnnxValue(taking: $0, runtime: runtime) } }
        guard values.count == outputCount else { throw .mismatch("missing outputs") }
        return values
    }

    private static func names(of handle: OpaquePointer, outputs: Bool, runtime: OnnxRuntime) -> Set<String> {
        let message = OnnxMessage()
        var count = 0
        guard viva_ort_session_count(runtime.handle, handle, outputs, &count, message.buffer) == 0 else { return [] }
        var buffer = [CChar](repeating: 0, count: 256)
        return Set(
            (0..<count).compactMap { index in
                guard viva_ort_session_name(runtime.handle, handle, outputs, index, &buffer, buffer.count, message.buffer) == 0 else {
                    return nil
                }
                return buffer.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } }
            }
        )
    }

    private static func copy(_ name: String) -> UnsafePointer<CChar> {
        let bytes = name.utf8CString
        let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
        for (index, byte) in bytes.enumerated() { (copy + index).initialize(to: byte) }
        return UnsafePointer(copy)
    }
}
