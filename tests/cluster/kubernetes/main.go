// The programs of a small Kubernetes in one file: etcd, the control plane, the node's agents
// and kubectl. They share most of their code, so one link step is much quicker than seven.
//
// The program is named by the first argument, or by the file name under which it was started:
// `kubernetes kubelet --help` and a link `kubectl -> kubernetes` both work.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	kubectl "k8s.io/kubectl/pkg/cmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

// cobraProgram makes a program of Kubernetes' own kind: a cobra command that cli.Run can run.
func cobraProgram(command func() *cobra.Command) func([]string) {
	return func([]string) { os.Exit(cli.Run(command())) }
}

var programs = map[string]func(args []string){
	"etcd":                    etcdmain.Main,
	"kube-apiserver":          cobraProgram(apiserver.NewAPIServerCommand),
	"kube-controller-manager": cobraProgram(controllers.NewControllerManagerCommand),
	"kube-proxy":              cobraProgram(proxy.NewProxyCommand),
	"kube-scheduler":          cobraProgram(func() *cobra.Command { return scheduler.NewSchedulerCommand() }),
	"kubectl":                 runKubectl,
	"kubelet": cobraProgram(func() *cobra.Command {
		return kubelet.NewKubeletCommand(context.Background())
	}),
}

// runKubectl does not log at the end as the servers do, and reports errors in its own way.
func runKubectl([]string) {
	if err := cli.RunNoErrOutput(kubectl.NewDefaultKubectlCommand()); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// chosen drops everything before the program's own name from the arguments.
func chosen(args []string) []string {
	if _, known := programs[filepath.Base(args[0])]; known {
		return append([]string{filepath.Base(args[0])}, args[1:]...)
	}
	return args[1:]
}

func main() {
	args := chosen(os.Args)
	if len(args) > 0 {
		if run, known := programs[args[0]]; known {
			os.Args = args
			run(args)
			return
		}
	}
	names := make([]string, 0, len(programs))
	for name := range programs {
		names = append(names, name)
	}
	sort.Strings(names)
	fmt.Fprintln(os.Stderr, "usage: kubernetes PROGRAM [flags], PROGRAM one of", strings.Join(names, ", "))
	os.Exit(2)
}
