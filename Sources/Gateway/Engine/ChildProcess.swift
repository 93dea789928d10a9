import Dispatch
import InterviewCore
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A child process with pipes at its three standard streams.
///
/// The write end of its standard input stays open in this process and is never written to: when this process dies, by
/// whatever cause, the kernel closes it and the child reads the end of its input. A child that exits on that end cannot
/// outlive its parent. (Linux has a parent-death signal, but it follows the *thread* that forked, and threads of a pool
/// come and go.)
///
/// Reading and waiting block, so each has its own serial dispatch queue; nothing here runs on the cooperative pool.
final class ChildProcess: Sendable {
    /// What a child says on its standard output and how it ends, in order; the stream finishes after `.ended`.
    enum Event: Sendable, Equatable {
        case line(String)
        case ended(ExitStatus)
    }

    /// How the child ended.
    enum ExitStatus: Sendable, Equatable {
        case exited(Int32)
        case signalled(Int32)
    }

    /// The process could not be started; `errno` of the failing call.
    struct SpawnError: Error, Equatable {
        let errno: Int32
    }

    /// Lines kept while nobody reads. The supervisor reads all the time; a child that writes faster than that loses
    /// its oldest lines, never blocks, and never fills memory.
    private static let bufferedLines = 256

    /// The end of a child is reported at the latest this long after it, even if a grandchild still holds its outputs.
    private static let outputGrace = DispatchTimeInterval.seconds(1)

    let processIdentifier: pid_t
    private let standardInput: Int32
    private let state = Mutex(State())

    private struct State {
        var ended = false
        var openOutputs = 2
        var status: ExitStatus?
        var isReported = false
    }

    /// Starts `executable` and returns it with the stream of its events.
    ///
    /// - Parameter standardError: takes each line of the child's standard error, on a thread of its own; it may block.
    static func spawn(
        executable: String,
        arguments: [String],
        environment: [String: String],
        standardError: @escaping @Sendable (String) -> Void
    ) throws(SpawnError) -> (ChildProcess, AsyncStream<Event>) {
        let input = try Pipe()
        let output: Pipe
        let error: Pipe
        do { output = try Pipe() } catch {
            input.close()
            throw error
        }
        do { error = try Pipe() } catch let failure {
            input.close()
            output.close()
            throw failure
        }
        let result = Self.start(
            executable,
            arguments,
            environment,
            input: input.read,
            output: output.write,
            error: error.write
        )
        _ = close(input.read)
        _ = close(output.write)
        _ = close(error.write)
        switch result {
        case .failure(let failure):
            _ = close(input.write)
            _ = close(output.read)
            _ = close(error.read)
            throw failure
        case .success(let identifier):
            let (stream, continuation) = AsyncStream.makeStream(of: Event.self, bufferingPolicy: .bufferingNewest(bufferedLines))
            let child = ChildProcess(processIdentifier: identifier, standardInput: input.write)
            child.read(output.read, named: "output", continuation) { continuation.yield(.line($0)) }
            child.read(error.read, named: "error", continuation, line: standardError)
            child.reap(continuation)
            return (child, stream)
        }
    }

    private init(processIdentifier: pid_t, standardInput: Int32) {
        self.processIdentifier = processIdentifier
        self.standardInput = standardInput
    }

    /// Sends a signal, unless the child was already reaped (its number may belong to someone else by then).
    func send(signal: Int32) {
        self.state.withLock { state in
            if !state.ended { _ = kill(self.processIdentifier, signal) }
        }
    }

    /// Asks the child to end, and kills it when it has not within `grace`.
    func terminate(grace: Duration) {
        self.send(signal: SIGTERM)
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Int(clamping: grace.wholeMilliseconds))) {
            self.send(signal: SIGKILL)
        }
    }

    // MARK: Threads

    private func read(
        _ descriptor: Int32,
        named name: String,
        _ continuation: AsyncStream<Event>.Continuation,
        line: @escaping @Sendable (String) -> Void
    ) {
        DispatchQueue(label: "viva.engine.\(name)").async {
            var lines = LineBuffer()
            var chunk = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = chunk.withUnsafeMutableBytes { systemRead(descriptor, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                for text in lines.append(chunk[..<count]) { line(text) }
            }
            if let rest = lines.finish() { line(rest) }
            _ = systemClose(descriptor)
            self.report(continuation, late: false) { $0.openOutputs -= 1 }
        }
    }

    private func reap(_ continuation: AsyncStream<Event>.Continuation) {
        DispatchQueue(label: "viva.engine.wait").async {
            var information = siginfo_t()
            // First wait without reaping: until the child is marked as ended its number cannot be reused, so `send`
            // never signals a stranger.
            while waitid(P_PID, id_t(self.processIdentifier), &information, WEXITED | WNOWAIT) < 0, errno == EINTR {}
            var raw: Int32 = 0
            let status: ExitStatus = self.state.withLock { state in
                state.ended = true
                while waitpid(self.processIdentifier, &raw, 0) < 0, errno == EINTR {}
                // <sys/wait.h>: the low 7 bits hold the signal, 0 for a normal exit; the next byte the exit code.
                return raw & 0x7f == 0 ? .exited((raw >> 8) & 0xff) : .signalled(raw & 0x7f)
            }
            _ = systemClose(self.standardInput)
            self.report(continuation, late: false) { $0.status = status }
            DispatchQueue.global().asyncAfter(deadline: .now() + Self.outputGrace) {
                self.report(continuation, late: true) { _ in }
            }
        }
    }

    /// The end comes after the last line of both outputs, or `late` without them.
    private func report(
        _ continuation: AsyncStream<Event>.Continuation,
        late: Bool,
        _ change: @Sendable (inout State) -> Void
    ) {
        let status: ExitStatus? = self.state.withLock { state in
            change(&state)
            guard !state.isReported, let status = state.status, late || state.openOutputs == 0 else { return nil }
            state.isReported = true
            return status
        }
        if let status {
            continuation.yield(.ended(status))
            continuation.finish()
        }
    }

    // MARK: System calls

    private struct Pipe {
        let read: Int32
        let write: Int32

        init() throws(SpawnError) {
            var ends: [Int32] = [0, 0]
            guard pipe(&ends) == 0 else { throw SpawnError(errno: errno) }
            // Not inherited by children that others start.
            _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
            _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
            self.read = ends[0]
            self.write = ends[1]
        }

        func close() {
            _ = systemClose(self.read)
            _ = systemClose(self.write)
        }
    }

    private static func start(
        _ executable: String,
        _ arguments: [String],
        _ environment: [String: String],
        input: Int32,
        output: Int32,
        error: Int32
    ) -> Result<pid_t, SpawnError> {
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
        #else
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, error, 2)
        #if canImport(Glibc)
            // No socket, database or file of the gateway reaches the child. The function stands behind a feature macro the
            // Swift overlay does not set, so it is looked up by name; without it (glibc before 2.34) descriptors still
            // close on exec, because every library here opens them so.
            typealias CloseFrom = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, CInt) -> CInt
            if let symbol = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") {
                _ = unsafeBitCast(symbol, to: CloseFrom.self)(&actions, 3)
            }
        #endif

        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The service group ignores signals in favour of its own sources, and an ignored signal stays ignored across
        // exec: without the defaults the child could not be terminated. Its own process group keeps a Ctrl-C at the
        // terminal from ending it before the gateway has drained.
        var defaults = sigset_t()
        sigemptyset(&defaults)
        for signal in [SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGQUIT, SIGUSR1, SIGUSR2] { sigaddset(&defaults, signal) }
        var mask = sigset_t()
        sigemptyset(&mask)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setsigmask(&attributes, &mask)
        posix_spawnattr_setpgroup(&attributes, 0)
        var flags = Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETPGROUP)
        #if canImport(Darwin)
            flags |= Int32(POSIX_SPAWN_CLOEXEC_DEFAULT)
        #endif
        posix_spawnattr_setflags(&attributes, Int16(truncatingIfNeeded: flags))

        var argv: [UnsafeMutablePointer<CChar>?] = ([executable] + arguments).map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer {
            for pointer in argv { free(pointer) }
            for pointer in envp { free(pointer) }
        }
        var identifier: pid_t = 0
        let code = posix_spawn(&identifier, executable, &actions, &attributes, &argv, &envp)
        return code == 0 ? .success(identifier) : .failure(SpawnError(errno: code))
    }
}

// Inside the type `read` and `close` name methods of ours; these name the system calls.
private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int { read(descriptor, bytes, count) }
private func systemClose(_ descriptor: Int32) -> Int32 { close(descriptor) }
