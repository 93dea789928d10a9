import COnnxRuntime

/// A tensor. As an input it owns the memory its numbers stand in; as an output it owns the library's value.
///
/// Belongs to the thread that works with it.
final class OnnxValue {
    let handle: OpaquePointer
    private let runtime: OnnxRuntime
    private let memory: UnsafeMutableRawPointer?

    /// Takes over a value that a run returned.
    init(taking handle: OpaquePointer, runtime: OnnxRuntime) {
        self.handle = handle
        self.runtime = runtime
        memory = nil
    }

    private init(type: Int, dimensions: [Int], stride: Int, runtime: OnnxRuntime) throws(SpeechModelError) {
        guard dimensions.allSatisfy({ $0 >= 0 }) else { throw .mismatch("negative dimension") }
        let bytes = dimensions.reduce(1, *) * stride
        // The library wants a valid pointer even for an empty tensor, and reads with vector instructions.
        let memory = UnsafeMutableRawPointer.allocate(byteCount: max(bytes, 64), alignment: 64)
        var handle: OpaquePointer?
        let message = OnnxMessage()
        let result = dimensions.map(Int64.init).withUnsafeBufferPointer {
            viva_ort_value_create(runtime.handle, Int32(type), memory, bytes, $0.baseAddress, $0.count, &handle, message.buffer)
        }
        guard result == 0, let handle else {
            memory.deallocate()
            throw SpeechModelError(.shapeMismatch, "A tensor could not be made.", cause: message.text)
        }
        self.handle = handle
        self.runtime = runtime
        self.memory = memory
    }

    deinit {
        viva_ort_value_release(runtime.handle, handle)
        memory?.deallocate()
    }

    /// A tensor of 32-bit floating point numbers. `fill` must initialise every element.
    static func floats(
        _ dimensions: [Int],
        runtime: OnnxRuntime,
        fill: (UnsafeMutableBufferPointer<Float>) -> Void
    ) throws(SpeechModelError) -> OnnxValue {
        try make(dimensions, Float.self, type: VIVA_ORT_FLOAT, runtime: runtime, fill: fill)
    }

    /// A tensor of 64-bit integers. No dimensions mean a scalar. `fill` must initialise every element.
    static func integers(
        _ dimensions: [Int],
        runtime: OnnxRuntime,
        fill: (UnsafeMutableBufferPointer<Int64>) -> Void
    ) throws(SpeechModelError) -> OnnxValue {
        try make(dimensions, Int64.self, type: VIVA_ORT_INT64, runtime: runtime, fill: fill)
    }

    /// A tensor of one truth value.
    static func flag(_ value: Bool, runtime: OnnxRuntime) throws(SpeechModelError) -> OnnxValue {
        try make([1], Bool.self, type: VIVA_ORT_BOOL, runtime: runtime) { $0.initialize(repeating: value) }
    }

    private static func make<Element>(
        _ dimensions: [Int],
        _: Element.Type,
        type: some BinaryInteger,
        runtime: OnnxRuntime,
        fill: (UnsafeMutableBufferPointer<Element>) -> Void
    ) throws(SpeechModelError) -> OnnxValue {
        let value = try OnnxValue(type: Int(type), dimensions: dimensions, stride: MemoryLayout<Element>.stride, runtime: runtime)
        let count = dimensions.reduce(1, *)
        if let memory = value.memory {
            fill(UnsafeMutableBufferPointer(start: memory.bindMemory(to: Element.self, capacity: count), count: count))
        }
        return value
    }

    /// The dimensions of a tensor of floating point numbers.
    func floatDimensions() throws(SpeechModelError) -> [Int] {
        try shape(expecting: VIVA_ORT_FLOAT)
    }

    /// Reads the numbers, after checking that they are floating point.
    func withFloats<Result>(_ body: (UnsafeBufferPointer<Float>) throws(SpeechModelError) -> Result) throws(SpeechModelError) -> Result {
        try withElements(Float.self, type: VIVA_ORT_FLOAT, body)
    }

    /// Reads the numbers, after checking that they are 64-bit integers.
    func withIntegers<Result>(_ body: (UnsafeBufferPointer<Int64>) throws(SpeechModelError) -> Result) throws(SpeechModelError) -> Result {
        try withElements(Int64.self, type: VIVA_ORT_INT64, body)
    }

    private func withElements<Element, Result>(
        _: Element.Type,
        type: some BinaryInteger,
        _ body: (UnsafeBufferPointer<Element>) throws(SpeechModelError) -> Result
    ) throws(SpeechModelError) -> Result {
        let count = try shape(expecting: type).reduce(1, *)
        var data: UnsafeMutableRawPointer?
        let message = OnnxMessage()
        guard viva_ort_value_data(runtime.handle, handle, &data, message.buffer) == 0, let data else {
            throw .mismatch(message.text)
        }
        let elements = UnsafeBufferPointer(start: UnsafePointer(data.bindMemory(to: Element.self, capacity: count)), count: count)
        return try withExtendedLifetime(self) { () throws(SpeechModelError) in try body(elements) }
    }

    private func shape(expecting type: some BinaryInteger) throws(SpeechModelError) -> [Int] {
        var found: Int32 = 0
        var rank = 0
        let message = OnnxMessage()
        var dimensions = [Int64](repeating: 0, count: Int(VIVA_ORT_MAXIMUM_RANK))
        guard viva_ort_value_shape(runtime.handle, handle, &found, &dimensions, &rank, message.buffer) == 0 else {
            throw .mismatch(message.text)
        }
        guard Int(found) == Int(type) else { throw .mismatch("element type \(found), expected \(type)") }
        return dimensions.prefix(rank).map { Int($0) }
    }
}
