//go:build desktop

package desktop

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	wailsruntime "github.com/wailsapp/wails/v2/pkg/runtime"
)

// Available tells whether this build has a window.
func Available() bool { return true }

// Run opens the window and blocks until it is closed, by the person, by ctx or by a
// signal. It must be called once in a process, from the goroutine of main. It returns
// ErrNoDisplay when there is no screen, or what the window system had to say; nil when
// the window was opened and closed.
func Run(ctx context.Context, o Options) error {
	o = o.withDefaults()
	if o.Handler == nil {
		return errors.New("open the window: no handler given")
	}
	if ctx.Err() != nil {
		return nil
	}
	runtime.LockOSThread() // GTK belongs to one thread
	defer runtime.UnlockOSThread()
	silenceInspector()
	if err := prepare(); err != nil {
		return err
	}

	w := &window{options: o, started: make(chan struct{})}
	w.handler = wrap(o.Handler, w, o.Log)
	defer w.handler.requests.cancelAll()

	remembered := readGeometry(o.StateFile)
	state := options.Normal
	if remembered.Maximised {
		state = options.Maximised
	}
	stop := make(chan struct{})
	var waiting sync.WaitGroup
	waiting.Go(func() { w.obey(ctx, stop) })

	err := wails.Run(&options.App{
		Title:              o.Title,
		Width:              remembered.Width,
		Height:             remembered.Height,
		MinWidth:           minWidth,
		MinHeight:          minHeight,
		WindowStartState:   state,
		BackgroundColour:   background(o.Theme),
		AssetServer:        &assetserver.Options{Handler: unaltered(w.handler)},
		LogLevelProduction: wailsLevel,
		Logger:             wailsLog{o.Log},
		OnStartup:          w.startup,
		OnDomReady:         func(context.Context) { w.ready.Do(func() { go o.OnReady() }) },
		// Our own menu of editing actions replaces both WebKit's and none at all.
		EnableDefaultContextMenu: true,
		Linux: &linux.Options{
			Icon:             o.Icon,
			ProgramName:      "steward",
			WebviewGpuPolicy: linux.WebviewGpuPolicyNever,
		},
	})
	close(stop)
	waiting.Wait()
	if err != nil {
		return fmt.Errorf("open the window: %w", err)
	}
	if last := lastGeometry(); last.Width > 0 {
		if last.Maximised {
			last.Width, last.Height = remembered.Width, remembered.Height
		}
		if err := writeGeometry(o.StateFile, last); err != nil {
			o.Log.Warn("window", "err", err)
		}
	}
	return nil
}

func (o Options) withDefaults() Options {
	if o.Title == "" {
		o.Title = "Steward"
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.OnReady == nil {
		o.OnReady = func() {}
	}
	return o
}

// window is the one open window.
type window struct {
	options Options
	handler *native
	ready   sync.Once
	wails   context.Context // set before started is closed
	started chan struct{}
}

func (w *window) startup(ctx context.Context) {
	w.wails = ctx
	guard(w.options.Log)
	close(w.started)
}

// obey carries out what comes from outside the page, until stop.
func (w *window) obey(ctx context.Context, stop <-chan struct{}) {
	select {
	case <-w.started:
	case <-stop:
		return
	}
	show := w.options.Show
	for {
		select {
		case <-stop:
			return
		case <-ctx.Done():
			w.handler.requests.cancelAll()
			quit()
			return
		case _, open := <-show:
			if !open {
				show = nil
				continue
			}
			w.ToFront()
		}
	}
}

// ToFront needs both calls: Show alone fails for a minimised window and behind others.
func (w *window) ToFront() {
	<-w.started
	wailsruntime.WindowShow(w.wails)
	wailsruntime.WindowUnminimise(w.wails)
	wailsruntime.WindowExecJS(w.wails, `window.dispatchEvent(new CustomEvent("steward:show"))`)
}

func (w *window) ChooseFolder(title, start string) ([]string, error) {
	<-w.started
	path, err := wailsruntime.OpenDirectoryDialog(w.wails, dialogOptions(title, start))
	if err != nil || path == "" {
		return nil, err
	}
	return []string{path}, nil
}

func (w *window) ChooseFiles(title, start string) ([]string, error) {
	<-w.started
	return wailsruntime.OpenMultipleFilesDialog(w.wails, dialogOptions(title, start))
}

func dialogOptions(title, start string) wailsruntime.OpenDialogOptions {
	if info, err := os.Stat(start); !filepath.IsAbs(start) || err != nil || !info.IsDir() {
		start, _ = os.UserHomeDir() // "" lets the system choose
	}
	if title == "" {
		title = "Steward"
	}
	return wailsruntime.OpenDialogOptions{Title: title, DefaultDirectory: start}
}

// silenceInspector keeps WebKit's remote inspector shut, which would hand the page to any
// program on this computer. The tests of the real window open it on purpose.
func silenceInspector() {
	if os.Getenv("STEWARD_WINDOW_TEST") == "1" {
		return
	}
	for _, name := range []string{"WEBKIT_INSPECTOR_HTTP_SERVER", "WEBKIT_INSPECTOR_SERVER"} {
		_ = os.Unsetenv(name) // fails only for an invalid name
	}
}

// wailsLog passes Wails' messages on at the level they deserve for a person: a warning
// of Wails' is a detail of ours. Addresses of requests may name documents, so debug
// messages are dropped.
type wailsLog struct{ log *slog.Logger }

func (l wailsLog) Print(string)        {}
func (l wailsLog) Trace(string)        {}
func (l wailsLog) Debug(string)        {}
func (l wailsLog) Info(message string) { l.log.Debug("window", "wails", strings.TrimSpace(message)) }

func (l wailsLog) Warning(message string) { l.log.Info("window", "wails", strings.TrimSpace(message)) }

func (l wailsLog) Error(message string) { l.log.Warn("window", "wails", strings.TrimSpace(message)) }

func (l wailsLog) Fatal(message string) { l.log.Error("window", "wails", strings.TrimSpace(message)) }
